//! Pages of a session: the same names as the engine's, with handles for entities.

use lapis_engine::{Result, read_keyset, read_page};
use lapis_sql::paging::{Keyset, KeysetPage, Page, PageRequest};

use super::Session;
use super::track::{Intake, Track};

impl Session {
    /// One page of a query by its number, and how many rows there are on all pages.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let mut session = engine.session();
    /// let page = session.page(User::select().order_by((User::name, User::id)).page(1, 20)).await?;
    /// assert_eq!((page.pages(), page.total as usize), (1, page.items.len()));
    /// assert_eq!(session[page.items[0]].name, "Alice");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the query has no order, or a limit of its own; and as [`Session::all`].
    pub async fn page<S: Track>(&mut self, request: PageRequest<S>) -> Result<Page<S::Tracked>> {
        self.before_query().await?;
        let (state, connection) = self.parts().await?;
        let mut intake = Intake(state);
        let page = read_page(connection, &request, |row| S::track(row, 0, &mut intake)).await?;
        S::complete_alone(self, &page.items, request.options()).await?;
        Ok(page)
    }

    /// One page of a query from a cursor on, and whether there are more rows on either side.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let mut session = engine.session();
    /// let users = User::select().order_by(User::name); // and by the primary key, which is added
    /// let first = session.keyset_page(users.clone().keyset(1)).await?;
    /// assert_eq!(session[first.items[0]].name, "Alice");
    /// let next = session.keyset_page(users.keyset(1).after_if(first.next_cursor())).await?;
    /// assert!(next.has_previous || first.next_cursor().is_none());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`Connection::keyset_page`](lapis_engine::Connection::keyset_page), and as [`Session::all`].
    pub async fn keyset_page<S: Track>(&mut self, keyset: Keyset<S>) -> Result<KeysetPage<S::Tracked>> {
        self.before_query().await?;
        let (state, connection) = self.parts().await?;
        let mut intake = Intake(state);
        let page = read_keyset(connection, &keyset, |row| S::track(row, 0, &mut intake)).await?;
        S::complete_alone(self, &page.items, keyset.options()).await?;
        Ok(page)
    }
}
