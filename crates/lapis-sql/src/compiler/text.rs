//! SQL written by hand.

use super::writer::SqlWriter;
use crate::Name;
use crate::error::CompileError;
use crate::statement::TextStatement;

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn text(&mut self, text: &'a TextStatement) -> Result<(), CompileError> {
        if text.pieces.len() != text.places.len() + 1 {
            return Err(CompileError::Invalid("a text needs one piece more than it has parameters".into()));
        }
        if let Some((unknown, _)) = text.values.iter().find(|(name, _)| !text.places.contains(name)) {
            return Err(CompileError::Invalid(format!(
                "a value is bound to :{unknown}, and the statement has no such parameter; it has {}",
                listed(&text.places),
            )));
        }
        for (piece, place) in text.pieces.iter().zip(&text.places) {
            self.push(piece);
            match text.values.iter().find(|(name, _)| name == place) {
                Some((_, value)) => self.parameter(value.borrowed())?,
                None => {
                    return Err(CompileError::Invalid(format!(
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
