//! Links through association tables are written.

use lapis_engine::{Connection, Error, Result};
use lapis_sql::Value;
use lapis_sql::compiler::compile;
use lapis_sql::expr::{BinaryOp, Node};
use lapis_sql::statement::{DeleteStatement, InsertSource, InsertStatement, StatementRef};

use super::batch::{Answers, Listed};
use crate::session::association::{AssociationLink, Change, Forward};
use crate::session::state::State;

/// Writes the links that ended, then those that are new.
pub(super) async fn write(state: &mut State, connection: &mut Connection) -> Result<()> {
    for change in [Change::Delete, Change::Insert] {
        let links = state.associations.to_write(change);
        for group in links.chunk_by(|one, other| one.model == other.model) {
            write_group(state, connection, change, group).await?;
        }
    }
    state.associations.written();
    Ok(())
}

async fn write_group(
    state: &State,
    connection: &mut Connection,
    change: Change,
    links: &[AssociationLink],
) -> Result<()> {
    let relation = links[0].model;
    let Some(association) = relation.association() else { return Ok(()) };
    let columns = || association.source.iter().chain(&association.target).map(|column| column.name.clone());
    let placeholder = || Node::Value(Value::Null);
    let table = association.table.clone();
    let sql = match change {
        Change::Insert => {
            let row = columns().map(|_| placeholder()).collect();
            let statement = InsertStatement {
                columns: columns().collect(),
                source: InsertSource::Values(vec![row]),
                ..InsertStatement::new(table)
            };
            compile(StatementRef::Insert(&statement), connection.dialect())?.sql
        }
        Change::Delete => {
            let equal = |name| Node::binary(BinaryOp::Eq, Node::column(table.clone(), name), placeholder());
            let filter = columns().map(equal).reduce(Node::and);
            let statement = DeleteStatement { filter, ..DeleteStatement::new(table.clone()) };
            compile(StatementRef::Delete(&statement), connection.dialect())?.sql
        }
    };
    let rows: Result<Vec<_>> = links.iter().map(|link| keys(state, relation, link)).collect();
    let mut answers = Answers::default();
    connection.run_batch(&sql, &Listed(rows?), &mut answers).await?;
    if change == Change::Delete && answers.first_missed().is_some() {
        return Err(Error::stale_data(format!(
            "could not unlink two entities along {relation:?}: {} has no such row; it was deleted elsewhere, or never \
             written. Roll back, then load them again",
            association.table.name
        )));
    }
    Ok(())
}

/// The keys of both ends of a link.
fn keys(state: &State, relation: Forward, link: &AssociationLink) -> Result<Vec<Value<'static>>> {
    let key = |slot, index| {
        state.is_referable(slot, index).then(|| state.key_of(slot, index)).flatten().ok_or_else(|| {
            Error::invalid_request(format!(
                "an entity linked along {relation:?} is neither a row nor about to be one; add it to the session again, \
                 or unlink it"
            ))
        })
    };
    let mut keys = key(relation.source.slot, link.source)?;
    keys.extend(key(relation.target().slot, link.target)?);
    Ok(keys)
}
