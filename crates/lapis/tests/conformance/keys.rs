//! Primary keys of every shape: composite, given by the program, made of references.

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};

conformance![
    an_association_object_takes_its_key_from_its_references,
    an_association_object_is_found_by_its_composite_key,
    an_association_object_is_loaded_from_both_sides,
    an_association_object_is_updated_and_deleted_by_its_whole_key,
    an_association_object_is_merged_over_its_row,
    an_association_object_moves_when_a_part_of_its_key_changes,
    two_association_objects_with_one_key_violate_it,
    a_reference_to_a_composite_key_spans_its_columns,
    a_reference_to_a_composite_key_follows_a_handle,
    children_of_composite_keys_are_loaded_in_one_statement,
    children_of_thousands_of_composite_keys_are_loaded_in_a_few_statements,
    deleting_by_composite_keys_cascades,
    a_uuid_key_is_given_by_the_program,
    a_text_key_survives_hostile_values,
    a_newtype_key_is_numbered_by_the_database,
    a_key_of_a_key_of_a_key_is_resolved,
];

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "students")]
struct Student {
    #[column(primary_key)]
    id: Auto<i64>,
    name: String,
    #[relation(inverse = Enrolment::student, cascade(delete))]
    enrolments: Many<Enrolment>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "courses")]
struct Course {
    #[column(primary_key, length = 100)]
    code: String,
    title: String,
    #[relation(inverse = Enrolment::course)]
    enrolments: Many<Enrolment>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "enrolments")]
struct Enrolment {
    #[column(primary_key)]
    student: Ref<Student>,
    #[column(primary_key)]
    course: Ref<Course>,
    grade: Option<i32>,
    #[relation(inverse = Exam::enrolment, cascade(delete))]
    exams: Many<Exam>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "exams")]
struct Exam {
    #[column(primary_key)]
    id: Auto<i64>,
    enrolment: Ref<Enrolment>,
    points: i32,
}

/// A part of its key is a reference to an entity whose key is made of references.
#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "remarks")]
struct Remark {
    #[column(primary_key)]
    enrolment: Ref<Enrolment>,
    #[column(primary_key)]
    number: i32,
    body: String,
}

type School = (Student, Course, Enrolment, Exam, Remark);

/// Ann takes two courses, Bob one of them.
async fn school(db: &Database) -> Result<Session> {
    db.create::<School>().await?;
    let mut session = db.session();
    let ann = session.add(Student::new().name("Ann").build());
    let bob = session.add(Student::new().name("Bob").build());
    let maths = session.add(Course::new().code("M1").title("Maths").build());
    let latin = session.add(Course::new().code("L1").title("Latin").build());
    session.add(Enrolment::new().student(ann).course(maths).grade(1).build());
    session.add(Enrolment::new().student(ann).course(latin).build());
    session.add(Enrolment::new().student(bob).course(maths).build());
    session.commit().await?;
    session.expunge_all();
    db.forget();
    Ok(session)
}

fn key(student: i64, course: &str) -> (i64, String) {
    (student, course.to_owned())
}

async fn an_association_object_takes_its_key_from_its_references(db: &Database) -> Result<()> {
    db.create::<School>().await?;
    let mut session = db.session();
    let enrolment = session.add(
        Enrolment::new()
            .student(Student::new().name("Ann").build())
            .course(Course::new().code("M1").title("Maths").build())
            .build(),
    );
    session.commit().await?;
    assert_eq!(session.get::<Enrolment>(key(1, "M1")).await?, Some(enrolment));
    assert_eq!(db.scalar::<i64>("SELECT student_id FROM enrolments WHERE course_code = 'M1'").await?, 1);
    session.close().await
}

async fn an_association_object_is_found_by_its_composite_key(db: &Database) -> Result<()> {
    let mut session = school(db).await?;
    let found = session.get::<Enrolment>(key(1, "M1")).await?.expect("enrolled");
    assert_eq!(session[found].grade, Some(1));
    assert_eq!(session.get::<Enrolment>(key(2, "L1")).await?, None);
    assert_eq!(db.round_trips(), 2);
    assert_eq!(session.get::<Enrolment>(key(1, "M1")).await?, Some(found));
    assert_eq!(db.round_trips(), 0);
    session.close().await
}

async fn an_association_object_is_loaded_from_both_sides(db: &Database) -> Result<()> {
    let session = school(db).await?;
    for query in [
        Student::select()
            .order_by(Student::id.asc())
            .eager(Student::enrolments.eager(Enrolment::course)),
        Student::select()
            .order_by(Student::id.asc())
            .eager(Student::enrolments.joined().eager(Enrolment::course.joined())),
    ] {
        let students: Vec<Student> = db.all(query).await?;
        let titles: Vec<&str> = students[0]
            .enrolments
            .iter()
            .filter_map(|enrolment| enrolment.course.get())
            .map(|course| course.title.as_str())
            .collect();
        assert_eq!(titles, ["Latin", "Maths"]);
    }
    let maths: Course = db
        .one(
            Course::select()
                .filter(Course::code.eq("M1"))
                .eager(Course::enrolments.eager(Enrolment::student)),
        )
        .await?;
    assert_eq!(maths.enrolments.len(), 2);
    drop(session);
    Ok(())
}

async fn an_association_object_is_updated_and_deleted_by_its_whole_key(db: &Database) -> Result<()> {
    let mut session = school(db).await?;
    let enrolment = session.get::<Enrolment>(key(1, "M1")).await?.expect("enrolled");
    session[enrolment].grade = Some(5);
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM enrolments WHERE grade = 5").await?, 1);
    session.delete(enrolment);
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM enrolments").await?, 2);
    Ok(())
}

async fn an_association_object_is_merged_over_its_row(db: &Database) -> Result<()> {
    let mut session = school(db).await?;
    let query = Student::select().filter(Student::name.eq("Ann"));
    let mut ann: Student = db.one(query.eager(Student::enrolments.eager(Enrolment::course))).await?;
    ann.enrolments
        .get_mut()
        .expect("they were loaded")
        .iter_mut()
        .for_each(|own| own.grade = Some(2));
    session.merge(ann).await?;
    assert_eq!((session.changes().new, session.changes().dirty), (0, 2));
    session.commit().await?;
    let grades = select(Enrolment::grade).filter(Enrolment::student.eq(1));
    assert_eq!(db.all(grades).await?, [Some(2), Some(2)]);
    session.close().await
}

async fn an_association_object_moves_when_a_part_of_its_key_changes(db: &Database) -> Result<()> {
    let mut session = school(db).await?;
    let latin = session.get::<Course>("L1".to_owned()).await?.expect("Latin");
    let bobs = session.get::<Enrolment>(key(2, "M1")).await?.expect("enrolled");
    session[bobs].course = latin.into();
    session.commit().await?;
    assert_eq!(session.get::<Enrolment>(key(2, "L1")).await?, Some(bobs));
    assert_eq!(session.get::<Enrolment>(key(2, "M1")).await?, None);
    session.close().await
}

async fn two_association_objects_with_one_key_violate_it(db: &Database) -> Result<()> {
    let mut session = school(db).await?;
    session.add(Enrolment::new().student(Ref::to(1)).course(Ref::to("M1".to_owned())).build());
    assert!(session.commit().await.unwrap_err().is_unique_violation());
    Ok(())
}

async fn a_reference_to_a_composite_key_spans_its_columns(db: &Database) -> Result<()> {
    let mut session = school(db).await?;
    let exam = session.add(Exam::new().enrolment(Ref::to(key(1, "M1"))).points(10).build());
    session.commit().await?;
    let row: (i64, String) = db
        .one(text("SELECT enrolment_student_id, enrolment_course_code FROM exams").rows::<(i64, String)>())
        .await?;
    assert_eq!(row, key(1, "M1"));
    session.load(exam, Exam::enrolment).await?;
    let enrolment = session.related(exam, Exam::enrolment)?.expect("loaded");
    assert_eq!(session[enrolment].grade, Some(1));
    session.close().await
}

async fn a_reference_to_a_composite_key_follows_a_handle(db: &Database) -> Result<()> {
    db.create::<School>().await?;
    let mut session = db.session();
    let exam = session.add(Exam::new().points(3).build());
    let enrolment = session.add(Enrolment::new().build());
    let ann = session.add(Student::new().name("Ann").build());
    let maths = session.add(Course::new().code("M1").title("Maths").build());
    session[exam].enrolment = enrolment.into();
    session[enrolment].student = ann.into();
    session[enrolment].course = maths.into();
    assert_eq!(session.related(enrolment, Enrolment::exams)?, [exam]);
    session.commit().await?;
    assert_eq!(session[exam].enrolment.key(), Some(&key(1, "M1")));
    Ok(())
}

async fn children_of_composite_keys_are_loaded_in_one_statement(db: &Database) -> Result<()> {
    let mut session = school(db).await?;
    let enrolments = session.all(Enrolment::select().order_by(Enrolment::student.asc())).await?;
    for enrolment in &enrolments {
        session.add(Exam::new().enrolment(*enrolment).points(1).build());
        session.add(Exam::new().enrolment(*enrolment).points(2).build());
    }
    session.commit().await?;
    session.expunge_all();
    db.forget();
    let enrolments = session.all(Enrolment::select().eager(Enrolment::exams)).await?;
    assert_eq!(db.round_trips(), 2);
    for enrolment in enrolments {
        assert_eq!(session.related(enrolment, Enrolment::exams)?.len(), 2);
    }
    let owned: Vec<Enrolment> = db.all(Enrolment::select().eager(Enrolment::exams.joined())).await?;
    assert!(owned.iter().all(|enrolment| enrolment.exams.len() == 2));
    session.close().await
}

async fn children_of_thousands_of_composite_keys_are_loaded_in_a_few_statements(
    db: &Database,
) -> Result<()> {
    let mut session = school(db).await?;
    let student = session.add(Student::new().name("Grace").build());
    for number in 0..2500 {
        let course = session.add(Course::new().code(format!("G{number}")).title("One of many").build());
        let enrolment = session.add(Enrolment::new().student(student).course(course).build());
        session.add(Exam::new().enrolment(enrolment).points(number).build());
    }
    session.commit().await?;
    db.forget();
    let hers = Enrolment::select().filter(Enrolment::course.starts_with("G"));
    let enrolments = db.all(hers.eager(Enrolment::exams)).await?;
    assert_eq!(db.round_trips(), 1 + 3);
    assert_eq!(enrolments.len(), 2500);
    for enrolment in enrolments {
        let points: Vec<_> = enrolment.exams.iter().map(|exam| format!("G{}", exam.points)).collect();
        assert_eq!(Some(&points[0]), enrolment.course.key());
        assert_eq!(points.len(), 1);
    }
    session.close().await
}

async fn deleting_by_composite_keys_cascades(db: &Database) -> Result<()> {
    let mut session = school(db).await?;
    session.add(Exam::new().enrolment(Ref::to(key(1, "M1"))).points(1).build());
    session.add(Exam::new().enrolment(Ref::to(key(2, "M1"))).points(1).build());
    session.commit().await?;
    let ann = session.get::<Student>(1).await?.expect("Ann");
    session.delete(ann);
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM enrolments").await?, 1);
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM exams").await?, 1);
    Ok(())
}

async fn a_uuid_key_is_given_by_the_program(db: &Database) -> Result<()> {
    #[derive(Entity, Debug, Clone)]
    #[entity(table = "tokens")]
    struct Token {
        #[column(primary_key)]
        id: Uuid,
        label: String,
    }
    db.create::<(Token,)>().await?;
    let id = Uuid::new_v4();
    let mut session = db.session();
    let token = session.add(Token::new().id(id).label("a").build());
    session.commit().await?;
    assert_eq!(session.get::<Token>(id).await?, Some(token));
    session[token].label = "b".into();
    session.commit().await?;
    let read: Token = db.one(Token::select().filter(Token::id.eq(id))).await?;
    assert_eq!(read.label, "b");
    session.close().await
}

async fn a_text_key_survives_hostile_values(db: &Database) -> Result<()> {
    db.create::<School>().await?;
    for code in ["'; DROP TABLE courses; --", "\"quoted\"", "%_\\", "naïve – ünïcödé 🦀", "", " "]
    {
        let mut session = db.session();
        let course = session.add(Course::new().code(code).title(code).build());
        session.commit().await?;
        session.expunge_all();
        assert!(session.try_get(course).is_err());
        let course = session.get::<Course>(code.to_owned()).await?.expect("the course");
        assert_eq!(session[course].title, code);
        session.delete(course);
        session.commit().await?;
    }
    Ok(())
}

async fn a_newtype_key_is_numbered_by_the_database(db: &Database) -> Result<()> {
    #[derive(SqlType, Debug, Clone, Copy, PartialEq, Eq, Hash)]
    struct UserId(i64);
    #[derive(Entity, Debug, Clone)]
    #[entity(table = "owners")]
    struct Owner {
        #[column(primary_key)]
        id: Auto<UserId>,
        name: String,
    }
    #[derive(Entity, Debug, Clone)]
    #[entity(table = "pets")]
    struct Pet {
        #[column(primary_key)]
        id: Auto<i64>,
        owner: Ref<Owner>,
    }
    db.create::<(Owner, Pet)>().await?;
    let mut session = db.session();
    let ann = session.add(Owner::new().name("Ann").build());
    let pet = session.add(Pet::new().owner(ann).build());
    session.commit().await?;
    assert_eq!(session[ann].id, UserId(1));
    assert_eq!(session[pet].owner.key(), Some(&UserId(1)));
    assert_eq!(session.get::<Owner>(UserId(1)).await?, Some(ann));
    let pets = session.all(Pet::select().filter(Pet::owner.eq(UserId(1)))).await?;
    assert_eq!(pets, [pet]);
    session.close().await
}

async fn a_key_of_a_key_of_a_key_is_resolved(db: &Database) -> Result<()> {
    db.create::<School>().await?;
    let mut session = db.session();
    let remark = session.add(Remark::new().number(1).body("good").build());
    let enrolment = session.add(Enrolment::new().build());
    session[remark].enrolment = enrolment.into();
    let ann = session.add(Student::new().name("Ann").build());
    let maths = session.add(Course::new().code("M1").title("Maths").build());
    session.link(ann, Student::enrolments, enrolment);
    session.link(maths, Course::enrolments, enrolment);
    session.commit().await?;
    assert_eq!(session.get::<Remark>((key(1, "M1"), 1)).await?, Some(remark));
    session.expunge_all();
    let remark = session.get::<Remark>((key(1, "M1"), 1)).await?.expect("the remark");
    session[remark].body = "better".into();
    session.commit().await?;
    assert_eq!(db.scalar::<String>("SELECT body FROM remarks").await?, "better");
    session.delete(remark);
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM remarks").await?, 0);
    Ok(())
}
