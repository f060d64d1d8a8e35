//! SQL written by hand.

use super::writer::{SqlWriter, Written, invalid};
use crate::Name;
use crate::statement::TextStatement;

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn text(&mut self, text: &'a TextStatement) -> Written {
        if text.pieces.len() != text.places.len() + 1 {
            return Err(invalid("a text needs one piece more than it has parameters"));
        }
        if let Some((unknown, _)) = text.values.iter().find(|(name, _)| !text.places.contains(name)) {
            return Err(invalid(format!(
                "a value is bound to :{unknown}, and the statement has no such parameter; it has {}",
                listed(&text.places),
            )));
        }
        for (piece, place) in text.pieces.iter().zip(&text.places) {
            self.push(piece);
            match text.values.iter().find(|(name, _)| name == place) {
                Some((_, value)) => self.parameter(value.borrowed())?,
                None => {
                    return Err(invalid(format!(
                        "the parameter :{place} has no value; give it one with `.bind(\"{place}\", ..)`",
                    )));
                }
            }
        }
        self.push(text.pieces.last().map_or("", AsRef::as_ref));
        Ok(())
    }
}

#[cold]
fn listed(places: &[Name]) -> String {
    let mut names: Vec<String> = Vec::new();
    for place in places {
        let name = format!(":{place}");
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
