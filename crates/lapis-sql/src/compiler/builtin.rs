//! What each database spells in its own way.

use super::precedence::Level;
use super::writer::{SqlWriter, Written, invalid};
use crate::dialect::{ParameterPlace, Spelling};
use crate::expr::{Builtin, Node, PathStep};

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn builtin(&mut self, builtin: Builtin, args: &'a [Node]) -> Written {
        self.suspect |= builtin.aggregate().is_some();
        match self.dialect.spelling(builtin) {
            Spelling::Call(name) => {
                self.push(name);
                self.push("(");
                self.arguments(name, args)?;
                self.push(")");
                Ok(())
            }
            Spelling::Template(template) => self.template(template, args, None),
            Spelling::Missing { feature, hint } => Err(self.unsupported(feature, hint)),
        }
    }

    /// Parameters get their types, which a template may not tell. With a condition, the arguments are NULL where it does not
    /// hold, which aggregates pass over.
    pub(super) fn template(
        &mut self,
        template: &'static str,
        args: &'a [Node],
        condition: Option<&'a Node>,
    ) -> Written {
        let mut rest = template;
        while let Some((before, place)) = rest.split_once('{') {
            self.push(before);
            let (place, behind) = place.split_once('}').unwrap_or((place, ""));
            rest = behind;
            let (bare, number) = match place.strip_prefix(':') {
                Some(number) => (true, number),
                None => (false, place),
            };
            let Some(arg) = number.parse::<usize>().ok().and_then(|number| args.get(number)) else {
                return Err(invalid(format!(
                    "`{template}` is given {} arguments, and needs more",
                    args.len()
                )));
            };
            if let Some(condition) = condition {
                self.only_where(condition, arg)?;
                continue;
            }
            match arg {
                Node::Value(value) => self.typed_parameter(value.borrowed(), ParameterPlace::Argument)?,
                arg => self.operand(arg, if bare { Level::Unknown } else { Level::Primary })?,
            }
        }
        self.push(rest);
        Ok(())
    }

    /// The path is bound, as text in the database's own manner of writing it.
    pub(super) fn json_path(&mut self, steps: &[PathStep]) -> Written {
        self.typed_parameter(self.dialect.json_path(steps), ParameterPlace::Operand)
    }
}
