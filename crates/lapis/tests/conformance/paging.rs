//! Pages by number, and what pages refuse.

use lapis::paging::Page;
use lapis::prelude::*;
use lapis::statement::table;
use lapis::{Cursor, CursorError};

use crate::company::{Department, Person, Project, company, day};
use crate::harness::{Database, Result, conformance};

conformance! {
    a_page_by_number_tells_how_many_rows_there_are,
    a_page_behind_the_last_is_empty_and_knows_the_total,
    pages_are_the_same_wherever_they_are_read,
    pages_of_groups_distinct_rows_joins_and_unions_count_their_rows,
    a_page_is_refused_that_could_hold_any_rows,
    relations_are_loaded_along_with_a_page,
    a_cursor_that_is_none_is_an_error_and_no_panic,
    an_order_that_does_not_tell_rows_apart_gets_the_primary_key,
    an_order_of_unknown_tables_has_to_be_said_to_be_unique,
    joins_are_read_in_pages_row_by_row,
    keyset_pages_of_groups_distinct_rows_and_unions,
    an_empty_page_knows_what_is_on_the_other_side,
    rows_of_pages_have_the_querys_own_columns,
    distinct_on_is_no_query_for_cursors,
}

fn names(page: &Page<Person>) -> Vec<&str> {
    page.items.iter().map(|person| person.name.as_str()).collect()
}

async fn a_page_by_number_tells_how_many_rows_there_are(database: &Database) -> Result<()> {
    company(database).await?;
    let people = Person::select().filter(Person::salary.ge(500)).order_by((Person::salary, Person::id));
    database.forget();
    let first = database.page(people.clone().page(1, 3)).await?;
    assert_eq!(database.round_trips(), 1);
    assert_eq!(names(&first), ["Ben", "Dan", "Cleo"]);
    assert_eq!((first.total, first.pages(), first.has_previous(), first.has_next()), (4, 2, false, true));
    let second = database.page(people.page(2, 3)).await?;
    assert_eq!(names(&second), ["Ada"]);
    assert_eq!((second.total, second.has_previous(), second.has_next()), (4, true, false));
    Ok(())
}

async fn a_page_behind_the_last_is_empty_and_knows_the_total(database: &Database) -> Result<()> {
    company(database).await?;
    database.forget();
    let people = Person::select().order_by(Person::id);
    for number in [4, 1_000, u64::MAX] {
        let page = database.page(people.clone().page(number, 2)).await?;
        assert_eq!(
            (page.items.len(), page.total, page.has_previous(), page.has_next()),
            (0, 5, true, false)
        );
    }
    assert_eq!(database.round_trips(), 6);
    let nobody = people.filter(Person::salary.gt(1_000_000)).page(1, 2);
    let page = database.page(nobody).await?;
    assert_eq!((page.total, page.pages(), page.has_previous(), page.has_next()), (0, 0, false, false));
    Ok(())
}

async fn pages_are_the_same_wherever_they_are_read(database: &Database) -> Result<()> {
    company(database).await?;
    let query = || select(Person::name).order_by((Person::salary.desc(), Person::id));
    let page = database.page(query().page(2, 2)).await?;
    assert_eq!((page.items.as_slice(), page.total), (&["Ben".to_owned(), "Dan".to_owned()][..], 5));
    let keyset = |cursor: Option<&Cursor>| query().keyset(2).unique().after_if(cursor);
    let first = database.keyset_page(keyset(None)).await?;
    let second = database.keyset_page(keyset(first.next_cursor())).await?;
    assert_eq!(second.items, page.items);

    let mut transaction = database.begin().await?;
    assert_eq!(transaction.page(query().page(2, 2)).await?, page);
    assert_eq!(transaction.keyset_page(keyset(first.next_cursor())).await?, second);
    transaction.rollback().await?;

    let mut session = database.session();
    assert_eq!(session.page(query().page(2, 2)).await?, page);
    assert_eq!(session.keyset_page(keyset(first.next_cursor())).await?, second);
    // What the session has not written yet is there, too.
    session.add(Person::new().name("Fay").salary(800).hired(day(2024, 1, 1)).build());
    let handles = session.page(Person::select().order_by(Person::salary.desc()).page(1, 2)).await?;
    assert_eq!(handles.total, 6);
    assert_eq!(session[handles.items[1]].name, "Fay");
    session.rollback().await
}

async fn pages_of_groups_distinct_rows_joins_and_unions_count_their_rows(
    database: &Database,
) -> Result<()> {
    company(database).await?;
    let count = || func::count(Person::id).label("people");
    let groups = select((Person::salary, count()))
        .group_by(Person::salary)
        .order_by(count().reference().desc());
    let page = database.page(groups.page(1, 1)).await?;
    assert_eq!((page.items.as_slice(), page.total), (&[(500, 2)][..], 4));

    let distinct = select(Person::salary).distinct().order_by(Person::salary);
    let page = database.page(distinct.page(2, 3)).await?;
    assert_eq!((page.items.as_slice(), page.total), (&[900][..], 4));

    // Both have a column `id`.
    let pairs = select((entity::<Person>(), entity::<Project>())).join(Person::projects);
    let page = database.page(pairs.order_by((Person::id, Project::id)).page(1, 3)).await?;
    let names: Vec<_> = page
        .items
        .iter()
        .map(|(person, project)| (person.name.as_str(), project.title.as_str()))
        .collect();
    assert_eq!(names, [("Ada", "engine"), ("Ada", "ledger"), ("Ben", "engine")]);
    assert_eq!(page.total, 4);

    let everything = select(Person::name).union_all(select(Department::name)).order_by(Person::name);
    let page = database.page(everything.page(2, 4)).await?;
    assert_eq!((page.items.len(), page.total, page.pages()), (4, 9, 3));

    let totals = select(func::sum(Person::salary)).order_by(func::sum(Person::salary));
    assert_eq!(database.page(totals.page(1, 10)).await?.total, 1);
    Ok(())
}

async fn a_page_is_refused_that_could_hold_any_rows(database: &Database) -> Result<()> {
    company(database).await?;
    let people = || Person::select().order_by(Person::id);
    let numbered = [
        Person::select().page(1, 2),
        people().limit(9).page(1, 2),
        people().page(1, 0),
        people().page(0, 2),
    ];
    let mut messages = Vec::new();
    for request in numbered {
        messages.push(database.page(request).await.unwrap_err().to_string());
    }
    let keyset = [Person::select().keyset(2), people().offset(9).keyset(2), people().keyset(0)];
    for request in keyset {
        messages.push(database.keyset_page(request).await.unwrap_err().to_string());
    }
    assert_eq!(
        messages,
        [
            "a page is a LIMIT, which without ORDER BY gives any rows; add `.order_by(..)` to the query",
            "a page has a limit of its own, and the query has LIMIT already; leave it out, or make the query a \
             `.subquery(..)`",
            "a page has at least one row, and its size is 0",
            "pages are counted from 1",
            "a keyset page is a LIMIT, which without ORDER BY gives any rows; add `.order_by(..)` to the query",
            "a keyset page has a limit of its own, and the query has OFFSET already; leave it out, or make the query \
             a `.subquery(..)`",
            "a keyset page has at least one row, and its size is 0",
        ]
    );
    Ok(())
}

async fn relations_are_loaded_along_with_a_page(database: &Database) -> Result<()> {
    company(database).await?;
    let people = || {
        Person::select()
            .order_by(Person::name)
            .eager(Person::projects)
            .eager(Person::department.joined())
    };
    let page = database.page(people().page(1, 2)).await?;
    let check = |people: &[Person]| {
        assert_eq!(people[0].projects.len(), 2);
        let department = people[1].department.as_ref().and_then(Ref::get).expect("it is loaded");
        assert_eq!(department.name, "research");
    };
    check(&page.items);
    check(&database.keyset_page(people().keyset(2)).await?.items);
    // A join to many rows, which would multiply those that the page counts.
    let joined = Person::select().order_by(Person::name).eager(Person::projects.joined());
    let page = database.keyset_page(joined.clone().keyset(2)).await?;
    assert_eq!(page.items.iter().map(|person| person.projects.len()).collect::<Vec<_>>(), [2, 1]);

    let mut session = database.session();
    let page = session.keyset_page(people().keyset(2)).await?;
    assert_eq!(session.related(page.items[0], Person::projects)?.len(), 2);
    let page = session.page(joined.page(1, 2)).await?;
    assert_eq!(session.related(page.items[1], Person::projects)?.len(), 1);
    session.rollback().await
}

async fn a_cursor_that_is_none_is_an_error_and_no_panic(database: &Database) -> Result<()> {
    company(database).await?;
    let people = || Person::select().order_by((Person::salary.desc(), Person::id));
    let page = database.keyset_page(people().keyset(2)).await?;
    let cursor = page.next_cursor().expect("there are more").to_string();
    let fault = async |query: lapis::statement::Select<Person>, cursor: &str| {
        let error = database.keyset_page(query.keyset(2).after(cursor)).await.unwrap_err();
        let fault =
            std::error::Error::source(&error).and_then(|source| source.downcast_ref::<CursorError>());
        *fault.unwrap_or_else(|| panic!("{error}"))
    };
    for garbage in ["", "x", "AAAA", "' OR 1=1 --", "\u{1f41f}", &cursor[1..], &cursor[..cursor.len() - 1]]
    {
        assert_eq!(fault(people(), garbage).await, CursorError::Malformed, "{garbage}");
    }
    let orders = [
        Person::select().order_by((Person::salary, Person::id)),
        Person::select().order_by((Person::salary.desc(), Person::id.desc())),
        Person::select().order_by((Person::salary.desc().nulls_first(), Person::id)),
        Person::select().order_by((Person::name, Person::id)),
        Person::select().order_by(Person::salary.desc()),
    ];
    for (number, order) in orders.into_iter().enumerate() {
        // Where NULLs are first is what `nulls_first` says on PostgreSQL already; salary has none.
        if number != 2 || database.is_sqlite() || database.is_mysql() {
            assert_eq!(fault(order, &cursor).await, CursorError::OtherOrder, "{number}");
        }
    }
    // Another filter is another part of the same order.
    let rest = people().filter(Person::active).keyset(9).after(&*cursor);
    assert_eq!(database.keyset_page(rest).await?.items.len(), 2);
    Ok(())
}

async fn an_order_that_does_not_tell_rows_apart_gets_the_primary_key(database: &Database) -> Result<()> {
    company(database).await?;
    database.forget();
    let people = database.keyset_page(Person::select().order_by(Person::salary.desc()).keyset(2)).await?;
    let sql = database.statements().remove(0);
    assert!(sql.contains("ORDER BY people.salary DESC, people.id DESC LIMIT"), "{sql}");
    database
        .keyset_page(
            Person::select()
                .order_by(Person::salary.desc())
                .keyset(2)
                .after_if(people.next_cursor()),
        )
        .await?;
    let sql = database.statements().remove(0);
    let condition = if database.is_mysql() {
        "WHERE people.salary <= ? AND (people.salary < ? OR people.salary = ? AND people.id < ?) ORDER"
    } else {
        "WHERE (people.salary, people.id) < (?, ?) ORDER"
    };
    assert!(sql.contains(condition), "{sql}");
    // A unique name needs no key.
    database.keyset_page(Department::select().order_by(Department::name).keyset(2)).await?;
    let sql = database.statements().remove(0);
    assert!(sql.contains("ORDER BY departments.name LIMIT"), "{sql}");
    Ok(())
}

async fn an_order_of_unknown_tables_has_to_be_said_to_be_unique(database: &Database) -> Result<()> {
    company(database).await?;
    let names = select(Person::name).order_by(Person::name);
    let error = database.keyset_page(names.clone().keyset(2)).await.unwrap_err().to_string();
    assert!(
        error.contains("nothing says that this one does for the rows of people; order by a unique key"),
        "{error}"
    );
    assert_eq!(database.keyset_page(names.keyset(2).unique()).await?.items, ["Ada", "Ben"]);
    let windows =
        Person::select().order_by(func::row_number().over(lapis::expr::window().order_by(Person::name)));
    let error = database.keyset_page(windows.keyset(2)).await.unwrap_err().to_string();
    assert!(error.starts_with("a keyset page cannot be ordered by a window function"), "{error}");
    let number = func::row_number().over(lapis::expr::window().order_by(Person::id));
    let numbered = select((Person::id, number.label("number"))).order_by(Person::id);
    let error = database.keyset_page(numbered.clone().keyset(2)).await.unwrap_err().to_string();
    assert!(error.starts_with("a keyset page cannot select a window function"), "{error}");
    // Pages by number leave the window whole.
    assert_eq!(database.page(numbered.page(2, 2)).await?.items, [(3, 3), (4, 4)]);
    Ok(())
}

async fn joins_are_read_in_pages_row_by_row(database: &Database) -> Result<()> {
    company(database).await?;
    // To one: the reference determines the department.
    let query = Person::select().outer_join(Person::department).order_by(Department::name);
    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let page = database.keyset_page(query.clone().keyset(2).after_if(cursor)).await?;
        seen.extend(page.items.iter().map(|person| person.name.clone()));
        cursor = page.next_cursor().cloned();
        if cursor.is_none() {
            break;
        }
    }
    let all = database.all(query.order_by(Person::id)).await?;
    assert_eq!(seen, all.into_iter().map(|person| person.name).collect::<Vec<_>>());
    // To many: a department comes once for each of its people, whose key is added.
    let query = Department::select().join(Department::people).order_by(Department::id);
    let first = database.keyset_page(query.clone().keyset(1)).await?;
    let second = database.keyset_page(query.keyset(1).after_if(first.next_cursor())).await?;
    assert_eq!((first.items[0].id.get(), second.items[0].id.get()), (Some(&1), Some(&1)));
    // Of an association table nothing is known.
    let query = Person::select().join(Person::projects).order_by(Person::id);
    let error = database.keyset_page(query.clone().keyset(1)).await.unwrap_err().to_string();
    assert!(error.contains("the rows of assignments"), "{error}");
    // A filter that fixes what a key consists of.
    let one = select((entity::<Person>(), Department::name))
        .from(table::<Person>())
        .cross_join(table::<Department>())
        .filter(Department::id.eq(1))
        .order_by(Person::name);
    assert_eq!(database.keyset_page(one.keyset(10)).await?.items.len(), 5);
    Ok(())
}

async fn keyset_pages_of_groups_distinct_rows_and_unions(database: &Database) -> Result<()> {
    company(database).await?;
    let groups = select((Person::salary, func::count(Person::id)))
        .group_by(Person::salary)
        .order_by((func::count(Person::id).desc(), Person::salary));
    let first = database.keyset_page(groups.clone().keyset(2)).await?;
    assert_eq!(first.items, [(500, 2), (300, 1)]);
    let second = database.keyset_page(groups.clone().keyset(2).after_if(first.next_cursor())).await?;
    assert_eq!(
        (second.items.as_slice(), second.has_previous, second.has_next),
        (&[(700, 1), (900, 1)][..], true, false)
    );
    let by_count = select((Person::salary, func::count(Person::id).label("n")))
        .group_by(Person::salary)
        .order_by(lapis::expr::label::<i64>("n"));
    assert!(database.keyset_page(by_count.keyset(2)).await.is_err());

    let distinct = select(Person::salary).distinct().order_by(Person::salary.desc());
    let first = database.keyset_page(distinct.clone().keyset(3)).await?;
    let second = database.keyset_page(distinct.keyset(3).after_if(first.next_cursor())).await?;
    assert_eq!((first.items, second.items), (vec![900, 700, 500], vec![300]));

    let everyone = select(Person::name).union(select(Department::name)).order_by(Person::name);
    let first = database.keyset_page(everyone.clone().keyset(5).unique()).await?;
    let second = database.keyset_page(everyone.keyset(5).unique().after_if(first.next_cursor())).await?;
    assert_eq!((first.items.len(), second.items.len()), (5, 4));
    Ok(())
}

async fn an_empty_page_knows_what_is_on_the_other_side(database: &Database) -> Result<()> {
    company(database).await?;
    let people = || Person::select().order_by(Person::id).keyset(5);
    let all = database.keyset_page(people()).await?;
    assert!(!all.has_next && !all.has_previous);
    let (start, end) = (all.start_cursor().cloned(), all.end_cursor().cloned());
    let behind = database.keyset_page(people().after_if(end.as_ref())).await?;
    assert_eq!((behind.items.len(), behind.has_previous, behind.has_next), (0, true, false));
    let before = database.keyset_page(people().before_if(start.as_ref())).await?;
    assert_eq!((before.items.len(), before.has_previous, before.has_next), (0, false, true));
    // What comes later is found from the end on.
    database
        .execute(Person::insert_all(&[Person::new()
            .name("Fay")
            .salary(1)
            .hired(all.items[0].hired)
            .build()]))
        .await?;
    let later = database.keyset_page(people().after_if(end)).await?;
    assert_eq!((later.items[0].name.as_str(), later.has_previous, later.has_next), ("Fay", true, false));
    database.execute(Person::update().set(Person::manager, None::<i64>).all_rows()).await?;
    database.execute(text("DELETE FROM assignments")).await?;
    database.execute(Person::delete().filter(Person::name.ne("Fay"))).await?;
    let alone = database.keyset_page(people().after_if(start)).await?;
    assert_eq!((alone.items.len(), alone.has_previous), (1, false));
    Ok(())
}

#[derive(FromRow, Debug, PartialEq)]
struct Pay {
    name: String,
    total: i64,
}

async fn rows_of_pages_have_the_querys_own_columns(database: &Database) -> Result<()> {
    company(database).await?;
    let columns =
        || select(Person::columns().list("name,rating").expect("they are there")).order_by(Person::salary);
    let page = database.page(columns().page(1, 2)).await?;
    assert_eq!(page.items.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
    let first = database.keyset_page(columns().order_by(Person::id).keyset(2).unique()).await?;
    let second = database
        .keyset_page(columns().order_by(Person::id).keyset(2).unique().after_if(first.next_cursor()))
        .await?;
    assert_eq!(second.items.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
    // A label that is called as something of the page might be.
    let total = (Person::salary * 12).label("total");
    let pay = || select((Person::name, total.clone())).order_by(total.reference().desc()).rows::<Pay>();
    let richest = Pay { name: "Ada".into(), total: 10_800 };
    let page = database.page(pay().page(1, 1)).await?;
    assert_eq!((page.items, page.total), (vec![richest], 5));
    assert_eq!(database.keyset_page(pay().keyset(1).unique()).await?.items[0].total, 10_800);
    Ok(())
}

async fn distinct_on_is_no_query_for_cursors(database: &Database) -> Result<()> {
    company(database).await?;
    let firsts = Person::select().distinct_on(Person::salary).order_by((Person::salary, Person::id));
    let error = database.keyset_page(firsts.keyset(2)).await.unwrap_err().to_string();
    assert!(error.starts_with("a keyset page cannot be of a query with DISTINCT ON"), "{error}");
    Ok(())
}
