//! The name that a misspelt one most likely stands for.

/// The known name that is nearest, if one is near enough to be worth a question.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // What comes from outside may be of any length, and the distance takes the product of both.
    if name.chars().count() > LONGEST {
        return None;
    }
    let distances = known.into_iter().map(|known| (distance(name, known), known));
    let (distance, near) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= (near.chars().count() / 3).max(1)).then_some(near)
}

/// No database takes longer names.
const LONGEST: usize = 64;

/// How many letters to insert, delete, replace or swap with their neighbour; upper and lower case are alike.
fn distance(a: &str, b: &str) -> usize {
    let letters = |text: &str| text.chars().map(|letter| letter.to_ascii_lowercase()).collect::<Vec<_>>();
    let (a, b) = (letters(a), letters(b));
    let mut rows: Vec<Vec<usize>> = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_misspelt_name_finds_its_neighbour_and_a_strange_one_finds_none() {
        let known = ["created_at", "name", "salary"];
        assert_eq!(nearest("craeted_at", known), Some("created_at"));
        assert_eq!(nearest("Name", known), Some("name"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest(&"name".repeat(1000), known), None);
    }
}
