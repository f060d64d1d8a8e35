//! The entities that the behaviours of queries are about: people in departments, and their projects.

use lapis::prelude::*;
use lapis::statement::insert;

use crate::harness::{Database, Result};

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "departments")]
pub struct Department {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(length = 50, unique)]
    pub name: String,
    /// The department it is a part of.
    pub parent: Option<Ref<Department>>,
    #[relation(inverse = Department::parent)]
    pub parts: Many<Department>,
    #[relation(inverse = Person::department)]
    pub people: Many<Person>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "people")]
pub struct Person {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(length = 50)]
    pub name: String,
    pub salary: i64,
    pub rating: Option<f64>,
    pub nickname: Option<String>,
    #[column(default = true)]
    pub active: bool,
    pub hired: NaiveDate,
    pub department: Option<Ref<Department>>,
    pub manager: Option<Ref<Person>>,
    #[relation(inverse = Person::manager)]
    pub reports: Many<Person>,
    #[relation(through = "assignments")]
    pub projects: Many<Project>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "projects")]
pub struct Project {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(length = 50)]
    pub title: String,
    #[column(precision = 10, scale = 2)]
    pub budget: Decimal,
    #[relation(through = "assignments", inverse = Person::projects)]
    pub people: Many<Person>,
}

pub type Company = (Department, Person, Project);

/// | person | salary | rating | nickname | department | manager | projects |
/// | --- | --- | --- | --- | --- | --- | --- |
/// | Ada | 900 | 4.5 | ace | research | | engine, ledger |
/// | Ben | 500 | | | research | Ada | engine |
/// | Cleo | 700 | 3.0 | cc | compilers | Ada | |
/// | Dan | 500 | 3.0 | | sales | Cleo | ledger |
/// | Eve (not active) | 300 | | | | Dan | |
///
/// Compilers are a part of research; nobody is in law.
pub async fn company(database: &Database) -> Result<()> {
    database.create::<Company>().await?;
    // Rows are numbered from 1, in this order.
    let department = |name: &'static str, parent: Option<i64>| {
        (Department::name.set(name), Department::parent.set(parent))
    };
    let departments = [
        department("research", None),
        department("compilers", Some(1)),
        department("sales", None),
        department("law", None),
    ];
    database.execute(insert::<Department>().rows(departments)).await?;
    let person =
        |id: i64, name: &'static str, salary: i64, rating: Option<f64>, nickname: Option<&'static str>| {
            (
                Person::name.set(name),
                Person::salary.set(salary),
                Person::rating.set(rating),
                Person::nickname.set(nickname),
                Person::active.set(id != 5),
                Person::hired.set(day(2020, 1, id.unsigned_abs() as u32)),
            )
        };
    let place = |department: Option<i64>, manager: Option<i64>| {
        (Person::department.set(department), Person::manager.set(manager))
    };
    let people = [
        (person(1, "Ada", 900, Some(4.5), Some("ace")), place(Some(1), None)),
        (person(2, "Ben", 500, None, None), place(Some(1), Some(1))),
        (person(3, "Cleo", 700, Some(3.0), Some("cc")), place(Some(2), Some(1))),
        (person(4, "Dan", 500, Some(3.0), None), place(Some(3), Some(3))),
        (person(5, "Eve", 300, None, None), place(None, Some(4))),
    ];
    database.execute(insert::<Person>().rows(people)).await?;
    let project = |title: &'static str, cents: i64| {
        (Project::title.set(title), Project::budget.set(Decimal::new(cents, 2)))
    };
    let projects = [project("engine", 100_050), project("ledger", 25_000), project("lantern", 99)];
    database.execute(insert::<Project>().rows(projects)).await?;
    for (person, project) in [(1_i64, 1_i64), (1, 2), (2, 1), (4, 2)] {
        let sql = text("INSERT INTO assignments (person_id, project_id) VALUES (:person, :project)");
        database.execute(sql.bind("person", person).bind("project", project)).await?;
    }
    database.forget();
    Ok(())
}

pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

/// The names of the people for whom a condition holds, in alphabetical order.
pub async fn names(database: &Database, condition: impl lapis::expr::Condition) -> Result<Vec<String>> {
    database.all(select(Person::name).filter(condition).order_by(Person::name)).await
}
