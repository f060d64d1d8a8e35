//! The schema of a blog on every database, and what each refuses.

mod numbering;
mod types;

use insta::assert_snapshot;

use super::*;
use crate::dialect::{MariaDb, MySql, Postgres, Sqlite};
use crate::expr::Node;
use crate::schema::{ColumnDef, Index, ReferentialAction, Sequence, ServerDefault, TableBuilder};
use crate::types::{ColumnType, EnumType};
use crate::value::Value;

fn id() -> ColumnDef {
    ColumnDef::new("id", ColumnType::BigInt).autoincrement()
}

fn reference(name: &'static str) -> ColumnDef {
    ColumnDef::new(name, ColumnType::BigInt)
}

fn status(native: bool) -> ColumnType {
    ColumnType::Enum(EnumType {
        name: "post_status".into(),
        values: vec!["draft".into(), "it's out".into()],
        native,
    })
}

fn metadata(tables: impl IntoIterator<Item = TableBuilder>) -> MetaData {
    let mut metadata = MetaData::new();
    for table in tables {
        metadata.add(table);
    }
    metadata
}

fn blog() -> MetaData {
    let post_tags = Table::build("post_tags")
        .column(reference("post_id"))
        .column(reference("tag_id"))
        .primary_key(["post_id", "tag_id"])
        .foreign_key(ForeignKey::new(["post_id"], "posts", ["id"]).on_delete(ReferentialAction::Cascade))
        .foreign_key(ForeignKey::new(["tag_id"], "tags", ["id"]).on_update(ReferentialAction::Restrict));
    let posts = Table::build("posts")
        .column(id())
        .column(ColumnDef::new("public_id", ColumnType::Uuid))
        .column(ColumnDef::new("title", ColumnType::String(200)).comment("as its author's"))
        .column(ColumnDef::new("slug", ColumnType::String(200)).computed("lower(title)"))
        .column(ColumnDef::new("status", status(false)).server_default("draft"))
        .column(ColumnDef::new("price", ColumnType::Decimal { precision: Some((10, 2)) }).nullable())
        .column(ColumnDef::new("metadata", ColumnType::Json).nullable())
        .column(reference("author_id"))
        .primary_key(["id"])
        .unique(["public_id"])
        .check("length(title) > 0")
        .foreign_key(ForeignKey::new(["author_id"], "users", ["id"]).on_delete(ReferentialAction::Cascade))
        .index(Index::new(["author_id", "title"]))
        .comment("what is written");
    let users = Table::build("users")
        .column(id())
        .column(ColumnDef::new("email", ColumnType::String(320)))
        .column(ColumnDef::new("is_active", ColumnType::Bool).server_default(true))
        .column(ColumnDef::new("created_at", ColumnType::TimestampTz).server_default(Node::Now))
        .primary_key(["id"])
        .unique(["email"]);
    let tags = Table::build("tags")
        .column(id())
        .column(ColumnDef::new("name", ColumnType::String(50)))
        .primary_key(["id"])
        .unique(["name"]);
    metadata([post_tags, posts, users, tags])
}

fn cycle() -> MetaData {
    let table = |name: &'static str, other: &'static str| {
        Table::build(name)
            .column(id())
            .column(reference("other_id").nullable())
            .primary_key(["id"])
            .foreign_key(ForeignKey::new(["other_id"], other, ["id"]))
    };
    metadata([table("a", "b"), table("b", "a")])
}

fn created(metadata: &MetaData, dialect: &dyn Dialect) -> String {
    create_all(metadata, dialect, true).unwrap().join(";\n")
}

fn dropped(metadata: &MetaData, dialect: &dyn Dialect) -> String {
    drop_all(metadata, dialect, true).unwrap().join(";\n")
}

fn refused(metadata: &MetaData, dialect: &dyn Dialect) -> String {
    create_all(metadata, dialect, true).unwrap_err().to_string()
}

/// A table with one column more than its key.
fn with(column: ColumnDef) -> MetaData {
    metadata([Table::build("t").column(id()).column(column).primary_key(["id"])])
}

#[test]
fn a_blog_on_sqlite() {
    assert_snapshot!(created(&blog(), &Sqlite), @r#"
    CREATE TABLE IF NOT EXISTS "users" (
        "id" INTEGER PRIMARY KEY,
        "email" VARCHAR(320) NOT NULL,
        "is_active" BOOLEAN DEFAULT 1 NOT NULL,
        "created_at" TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f000', 'now')) NOT NULL,
        CONSTRAINT "uq_users_email" UNIQUE ("email"),
        CONSTRAINT "users.email: at most 320 characters" CHECK (length("email") <= 320)
    );
    CREATE TABLE IF NOT EXISTS "posts" (
        "id" INTEGER PRIMARY KEY,
        "public_id" UUID BLOB NOT NULL,
        "title" VARCHAR(200) NOT NULL,
        "slug" VARCHAR(200) GENERATED ALWAYS AS (lower(title)) STORED,
        "status" VARCHAR(8) DEFAULT 'draft' NOT NULL,
        "price" DECIMAL(10, 2),
        "metadata" JSON TEXT,
        "author_id" BIGINT NOT NULL,
        CONSTRAINT "uq_posts_public_id" UNIQUE ("public_id"),
        CONSTRAINT "ck_posts_1" CHECK (length(title) > 0),
        CONSTRAINT "posts.title: at most 200 characters" CHECK (length("title") <= 200),
        CONSTRAINT "posts.slug: at most 200 characters" CHECK (length("slug") <= 200),
        CONSTRAINT "ck_posts_status" CHECK ("status" IN ('draft', 'it''s out')),
        CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id") ON DELETE CASCADE
    );
    CREATE INDEX IF NOT EXISTS "ix_posts_author_id_title" ON "posts" ("author_id", "title");
    CREATE TABLE IF NOT EXISTS "tags" (
        "id" INTEGER PRIMARY KEY,
        "name" VARCHAR(50) NOT NULL,
        CONSTRAINT "uq_tags_name" UNIQUE ("name"),
        CONSTRAINT "tags.name: at most 50 characters" CHECK (length("name") <= 50)
    );
    CREATE TABLE IF NOT EXISTS "post_tags" (
        "post_id" BIGINT NOT NULL,
        "tag_id" BIGINT NOT NULL,
        CONSTRAINT "pk_post_tags" PRIMARY KEY ("post_id", "tag_id"),
        CONSTRAINT "fk_post_tags_post_id_posts" FOREIGN KEY ("post_id") REFERENCES "posts" ("id") ON DELETE CASCADE,
        CONSTRAINT "fk_post_tags_tag_id_tags" FOREIGN KEY ("tag_id") REFERENCES "tags" ("id") ON UPDATE RESTRICT
    )
    "#);
}

#[test]
fn a_blog_on_postgresql() {
    assert_snapshot!(created(&blog(), &Postgres), @r#"
    CREATE TABLE IF NOT EXISTS "users" (
        "id" BIGINT GENERATED BY DEFAULT AS IDENTITY NOT NULL,
        "email" VARCHAR(320) NOT NULL,
        "is_active" BOOLEAN DEFAULT TRUE NOT NULL,
        "created_at" TIMESTAMP WITH TIME ZONE DEFAULT (CURRENT_TIMESTAMP) NOT NULL,
        CONSTRAINT "pk_users" PRIMARY KEY ("id"),
        CONSTRAINT "uq_users_email" UNIQUE ("email")
    );
    CREATE TABLE IF NOT EXISTS "posts" (
        "id" BIGINT GENERATED BY DEFAULT AS IDENTITY NOT NULL,
        "public_id" UUID NOT NULL,
        "title" VARCHAR(200) NOT NULL,
        "slug" VARCHAR(200) GENERATED ALWAYS AS (lower(title)) STORED,
        "status" VARCHAR(8) DEFAULT 'draft' NOT NULL,
        "price" NUMERIC(10, 2),
        "metadata" JSONB,
        "author_id" BIGINT NOT NULL,
        CONSTRAINT "pk_posts" PRIMARY KEY ("id"),
        CONSTRAINT "uq_posts_public_id" UNIQUE ("public_id"),
        CONSTRAINT "ck_posts_1" CHECK (length(title) > 0),
        CONSTRAINT "ck_posts_status" CHECK ("status" IN ('draft', 'it''s out')),
        CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id") ON DELETE CASCADE
    );
    CREATE INDEX IF NOT EXISTS "ix_posts_author_id_title" ON "posts" ("author_id", "title");
    COMMENT ON TABLE "posts" IS 'what is written';
    COMMENT ON COLUMN "posts"."title" IS 'as its author''s';
    CREATE TABLE IF NOT EXISTS "tags" (
        "id" BIGINT GENERATED BY DEFAULT AS IDENTITY NOT NULL,
        "name" VARCHAR(50) NOT NULL,
        CONSTRAINT "pk_tags" PRIMARY KEY ("id"),
        CONSTRAINT "uq_tags_name" UNIQUE ("name")
    );
    CREATE TABLE IF NOT EXISTS "post_tags" (
        "post_id" BIGINT NOT NULL,
        "tag_id" BIGINT NOT NULL,
        CONSTRAINT "pk_post_tags" PRIMARY KEY ("post_id", "tag_id"),
        CONSTRAINT "fk_post_tags_post_id_posts" FOREIGN KEY ("post_id") REFERENCES "posts" ("id") ON DELETE CASCADE,
        CONSTRAINT "fk_post_tags_tag_id_tags" FOREIGN KEY ("tag_id") REFERENCES "tags" ("id") ON UPDATE RESTRICT
    )
    "#);
}

#[test]
fn a_blog_on_mysql() {
    assert_snapshot!(created(&blog(), &MySql), @"
    CREATE TABLE IF NOT EXISTS `users` (
        `id` BIGINT NOT NULL AUTO_INCREMENT,
        `email` VARCHAR(320) NOT NULL,
        `is_active` BOOLEAN DEFAULT TRUE NOT NULL,
        `created_at` DATETIME(6) DEFAULT (utc_timestamp(6)) NOT NULL,
        CONSTRAINT `pk_users` PRIMARY KEY (`id`),
        CONSTRAINT `uq_users_email` UNIQUE (`email`)
    ) DEFAULT CHARACTER SET utf8mb4;
    CREATE TABLE IF NOT EXISTS `posts` (
        `id` BIGINT NOT NULL AUTO_INCREMENT,
        `public_id` BINARY(16) NOT NULL,
        `title` VARCHAR(200) NOT NULL COMMENT 'as its author''s',
        `slug` VARCHAR(200) GENERATED ALWAYS AS (lower(title)) STORED,
        `status` VARCHAR(8) DEFAULT 'draft' NOT NULL,
        `price` DECIMAL(10, 2),
        `metadata` JSON,
        `author_id` BIGINT NOT NULL,
        CONSTRAINT `pk_posts` PRIMARY KEY (`id`),
        CONSTRAINT `uq_posts_public_id` UNIQUE (`public_id`),
        CONSTRAINT `ck_posts_1` CHECK (length(title) > 0),
        CONSTRAINT `ck_posts_status` CHECK (`status` IN ('draft', 'it''s out')),
        CONSTRAINT `fk_posts_author_id_users` FOREIGN KEY (`author_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
        INDEX `ix_posts_author_id_title` (`author_id`, `title`)
    ) DEFAULT CHARACTER SET utf8mb4 COMMENT = 'what is written';
    CREATE TABLE IF NOT EXISTS `tags` (
        `id` BIGINT NOT NULL AUTO_INCREMENT,
        `name` VARCHAR(50) NOT NULL,
        CONSTRAINT `pk_tags` PRIMARY KEY (`id`),
        CONSTRAINT `uq_tags_name` UNIQUE (`name`)
    ) DEFAULT CHARACTER SET utf8mb4;
    CREATE TABLE IF NOT EXISTS `post_tags` (
        `post_id` BIGINT NOT NULL,
        `tag_id` BIGINT NOT NULL,
        CONSTRAINT `pk_post_tags` PRIMARY KEY (`post_id`, `tag_id`),
        CONSTRAINT `fk_post_tags_post_id_posts` FOREIGN KEY (`post_id`) REFERENCES `posts` (`id`) ON DELETE CASCADE,
        CONSTRAINT `fk_post_tags_tag_id_tags` FOREIGN KEY (`tag_id`) REFERENCES `tags` (`id`) ON UPDATE RESTRICT
    ) DEFAULT CHARACTER SET utf8mb4
    ");
}

#[test]
fn tables_are_dropped_before_those_they_refer_to() {
    assert_snapshot!(dropped(&blog(), &Sqlite), @r#"
    DROP TABLE IF EXISTS "post_tags";
    DROP TABLE IF EXISTS "tags";
    DROP TABLE IF EXISTS "posts";
    DROP TABLE IF EXISTS "users"
    "#);
}

#[test]
fn without_leniency_nothing_is_passed_over() {
    let metadata = metadata([Table::build("t").column(id()).primary_key(["id"]).index(Index::new(["id"]))]);
    assert_snapshot!(create_all(&metadata, &Sqlite, false).unwrap().join(";\n"), @r#"
    CREATE TABLE "t" (
        "id" INTEGER PRIMARY KEY
    );
    CREATE INDEX "ix_t_id" ON "t" ("id")
    "#);
    assert_snapshot!(drop_all(&metadata, &Sqlite, false).unwrap().join(";\n"), @r#"DROP TABLE "t""#);
}

#[test]
fn tables_that_refer_to_each_other_are_created_and_dropped() {
    assert_snapshot!(created(&cycle(), &Sqlite), @r#"
    PRAGMA defer_foreign_keys = ON;
    CREATE TABLE IF NOT EXISTS "b" (
        "id" INTEGER PRIMARY KEY,
        "other_id" BIGINT,
        CONSTRAINT "fk_b_other_id_a" FOREIGN KEY ("other_id") REFERENCES "a" ("id")
    );
    CREATE TABLE IF NOT EXISTS "a" (
        "id" INTEGER PRIMARY KEY,
        "other_id" BIGINT,
        CONSTRAINT "fk_a_other_id_b" FOREIGN KEY ("other_id") REFERENCES "b" ("id")
    );
    PRAGMA defer_foreign_keys = OFF
    "#);
    assert_snapshot!(created(&cycle(), &Postgres), @r#"
    CREATE TABLE IF NOT EXISTS "b" (
        "id" BIGINT GENERATED BY DEFAULT AS IDENTITY NOT NULL,
        "other_id" BIGINT,
        CONSTRAINT "pk_b" PRIMARY KEY ("id")
    );
    CREATE TABLE IF NOT EXISTS "a" (
        "id" BIGINT GENERATED BY DEFAULT AS IDENTITY NOT NULL,
        "other_id" BIGINT,
        CONSTRAINT "pk_a" PRIMARY KEY ("id"),
        CONSTRAINT "fk_a_other_id_b" FOREIGN KEY ("other_id") REFERENCES "b" ("id")
    );
    DO $lapis$ BEGIN ALTER TABLE "b" ADD CONSTRAINT "fk_b_other_id_a" FOREIGN KEY ("other_id") REFERENCES "a" ("id"); EXCEPTION WHEN duplicate_object THEN NULL; END $lapis$
    "#);
    assert_snapshot!(created(&cycle(), &MySql), @"
    SET FOREIGN_KEY_CHECKS = 0;
    CREATE TABLE IF NOT EXISTS `b` (
        `id` BIGINT NOT NULL AUTO_INCREMENT,
        `other_id` BIGINT,
        CONSTRAINT `pk_b` PRIMARY KEY (`id`),
        CONSTRAINT `fk_b_other_id_a` FOREIGN KEY (`other_id`) REFERENCES `a` (`id`)
    ) DEFAULT CHARACTER SET utf8mb4;
    CREATE TABLE IF NOT EXISTS `a` (
        `id` BIGINT NOT NULL AUTO_INCREMENT,
        `other_id` BIGINT,
        CONSTRAINT `pk_a` PRIMARY KEY (`id`),
        CONSTRAINT `fk_a_other_id_b` FOREIGN KEY (`other_id`) REFERENCES `b` (`id`)
    ) DEFAULT CHARACTER SET utf8mb4;
    SET FOREIGN_KEY_CHECKS = 1
    ");
    assert_snapshot!(dropped(&cycle(), &Sqlite), @r#"
    PRAGMA defer_foreign_keys = ON;
    DROP TABLE IF EXISTS "a";
    DROP TABLE IF EXISTS "b";
    PRAGMA defer_foreign_keys = OFF
    "#);
    assert_snapshot!(dropped(&cycle(), &Postgres), @r#"
    ALTER TABLE IF EXISTS "b" DROP CONSTRAINT IF EXISTS "fk_b_other_id_a";
    DROP TABLE IF EXISTS "a";
    DROP TABLE IF EXISTS "b"
    "#);
    assert_snapshot!(dropped(&cycle(), &MySql), @"
    SET FOREIGN_KEY_CHECKS = 0;
    DROP TABLE IF EXISTS `a`;
    DROP TABLE IF EXISTS `b`;
    SET FOREIGN_KEY_CHECKS = 1
    ");
}

#[test]
fn a_partial_unique_index_is_made_where_there_are_partial_indexes() {
    let index = Index::new(["email"]).unique().only_where("deleted_at IS NULL").named("one_email");
    let table = Table::build(("app", "users"))
        .column(ColumnDef::new("email", ColumnType::Text))
        .index(index);
    let metadata = metadata([table]);
    assert_snapshot!(created(&metadata, &Sqlite), @r#"
    CREATE TABLE IF NOT EXISTS "app"."users" (
        "email" TEXT NOT NULL
    );
    CREATE UNIQUE INDEX IF NOT EXISTS "app"."one_email" ON "users" ("email") WHERE deleted_at IS NULL
    "#);
    assert_snapshot!(created(&metadata, &Postgres), @r#"
    CREATE TABLE IF NOT EXISTS "app"."users" (
        "email" TEXT NOT NULL
    );
    CREATE UNIQUE INDEX IF NOT EXISTS "one_email" ON "app"."users" ("email") WHERE deleted_at IS NULL
    "#);
    assert_snapshot!(refused(&metadata, &MySql), @"MySQL does not support partial indexes; index all rows, or a computed column that is NULL elsewhere");
}

#[test]
fn two_indexes_of_one_name_are_refused_where_the_second_would_not_be_made() {
    let open = |name: &'static str| Index::new(["id"]).only_where("id > 0").named(name);
    let table = |name: &'static str| Table::build(name).column(id()).primary_key(["id"]);
    let twice = metadata([table("t").index(Index::new(["id"])).index(Index::new(["id"]).unique())]);
    for dialect in [&Sqlite as &dyn Dialect, &Postgres, &MySql] {
        assert_eq!(
            refused(&twice, dialect),
            "table t: there is another index called ix_t_id, of table t; give one of the two a name of its own"
        );
    }
    let apart = metadata([table("t").index(open("by_id")), table("u").index(open("by_id"))]);
    assert!(refused(&apart, &Sqlite).contains("table u: there is another index called by_id, of table t"));
    let schemas = [("a", "t"), ("b", "t")]
        .map(|name| Table::build(name).column(id()).primary_key(["id"]).index(open("by_id")));
    assert!(create_all(&metadata(schemas), &Postgres, true).is_ok());
}

#[test]
fn one_index_is_created_and_dropped_by_itself() {
    let table = Table::build(("app", "users"))
        .column(ColumnDef::new("email", ColumnType::Text))
        .finish();
    let (index, naming) = (Index::new(["email"]), NamingConvention::default());
    let both = |dialect: &dyn Dialect| {
        let create = create_index(&table, &index, &naming, dialect, false).unwrap();
        format!("{create};\n{}", drop_index(&table, &index, &naming, dialect, false).unwrap())
    };
    assert_snapshot!(both(&Sqlite), @r#"
    CREATE INDEX "app"."ix_users_email" ON "users" ("email");
    DROP INDEX "app"."ix_users_email"
    "#);
    assert_snapshot!(both(&Postgres), @r#"
    CREATE INDEX "ix_users_email" ON "app"."users" ("email");
    DROP INDEX "app"."ix_users_email"
    "#);
    assert_snapshot!(both(&MySql), @"
    CREATE INDEX `ix_users_email` ON `app`.`users` (`email`);
    DROP INDEX `ix_users_email` ON `app`.`users`
    ");
    assert!(create_index(&table, &index, &naming, &MySql, true).is_err());
    assert!(drop_index(&table, &index, &naming, &MySql, true).is_err());
}

#[test]
fn a_foreign_key_leaves_its_schema_where_the_database_lets_it() {
    let key = ForeignKey::new(["user_id"], ("app", "users"), ["id"]);
    let users = Table::build(("app", "users")).column(id()).primary_key(["id"]);
    let within = Table::build(("app", "posts")).column(reference("user_id")).foreign_key(key.clone());
    let without = Table::build("posts").column(reference("user_id")).foreign_key(key);
    assert!(created(&metadata([users.clone(), within]), &Sqlite).contains(r#"REFERENCES "users" ("id")"#));
    let across = metadata([users, without]);
    assert_snapshot!(refused(&across, &Sqlite), @"SQLite does not support a foreign key from posts to app.users; keep both tables in one schema");
    assert!(created(&across, &Postgres).contains(r#"REFERENCES "app"."users" ("id")"#));
    assert!(created(&across, &MySql).contains("REFERENCES `app`.`users` (`id`)"));
}

#[test]
fn a_foreign_key_to_the_current_schema_never_means_another_one() {
    let key = ForeignKey::new(["user_id"], "users", ["id"]);
    let users = Table::build("users").column(id()).primary_key(["id"]);
    let posts = Table::build(("app", "posts")).column(reference("user_id")).foreign_key(key);
    let back = metadata([users, posts]);
    assert!(created(&back, &Postgres).contains(r#"REFERENCES "users" ("id")"#));
    assert_snapshot!(refused(&back, &MySql), @"MySQL does not support a foreign key from app.posts to users of the current schema; give both tables a schema");
    assert_snapshot!(refused(&back, &Sqlite), @"SQLite does not support a foreign key from app.posts to users; keep both tables in one schema");
}

#[test]
fn set_default_is_refused_where_the_database_reads_and_ignores_it() {
    let key = ForeignKey::new(["up"], "t", ["id"]).on_delete(ReferentialAction::SetDefault);
    let tree = Table::build("t")
        .column(id())
        .column(reference("up"))
        .primary_key(["id"])
        .foreign_key(key);
    let metadata = metadata([tree]);
    assert_snapshot!(refused(&metadata, &MySql), @"MySQL does not support SET DEFAULT on a foreign key; cascade, restrict or set NULL");
    assert!(created(&metadata, &Sqlite).contains("ON DELETE SET DEFAULT"));
}

#[test]
fn columns_computed_when_read_are_refused_where_there_are_none() {
    let metadata = with(ColumnDef::new("twice", ColumnType::BigInt).computed_when_read("id * 2"));
    assert!(created(&metadata, &Sqlite).contains(r#""twice" BIGINT GENERATED ALWAYS AS (id * 2) VIRTUAL"#));
    assert_snapshot!(refused(&metadata, &Postgres), @"PostgreSQL does not support column twice, which is computed when it is read; let it be stored");
}

#[test]
fn defaults_are_literals_expressions_or_sql_as_it_stands() {
    let default = |default: ServerDefault, dialect: &dyn Dialect| {
        let column = ColumnDef::new("c", ColumnType::Text).nullable().server_default(default);
        let sql = created(&metadata([Table::build("t").column(column)]), dialect);
        sql.lines().nth(1).and_then(|line| line.split_once(" DEFAULT ")).unwrap().1.to_owned()
    };
    let lower = || {
        let args = vec![Node::Value(Value::Text("A".into()))];
        ServerDefault::Expr(Node::Function { name: "lower".into(), args })
    };
    assert_eq!(default("it's".into(), &Sqlite), "'it''s'");
    assert_eq!(default(lower(), &Sqlite), "(lower('A'))");
    assert_eq!(default("it's".into(), &MySql), "('it''s')");
    assert_eq!(default("it's".into(), &MariaDb), "'it''s'");
    assert_eq!(default("back\\slash".into(), &MySql), "(_utf8mb4 X'6261636b5c736c617368')");
    assert_eq!(default("back\\slash".into(), &Postgres), "(E'back\\\\slash')");
    assert_eq!(default("nul\0".into(), &Sqlite), "(CAST(X'6e756c00' AS TEXT))");
    assert_eq!(default(ServerDefault::raw("CURRENT_USER"), &Postgres), "CURRENT_USER");
}

#[test]
fn a_default_that_the_database_cannot_hold_is_refused() {
    let nan = with(ColumnDef::new("c", ColumnType::Double).server_default(f64::NAN));
    assert_snapshot!(refused(&nan, &Sqlite), @"SQLite cannot hold this value as it is: it would become NULL; store NULL where that is meant");
    assert!(created(&nan, &Postgres).contains("DEFAULT 'NaN'::DOUBLE PRECISION"));
}

#[test]
fn names_are_quoted_and_a_nul_is_refused() {
    let table = Table::build("a\"b`c").column(ColumnDef::new("x", ColumnType::Int));
    assert!(created(&metadata([table.clone()]), &Sqlite).contains("\"a\"\"b`c\""));
    assert!(created(&metadata([table]), &MySql).contains("`a\"b``c`"));
    let nul = Table::build("a\0b").column(ColumnDef::new("x", ColumnType::Int));
    assert_snapshot!(refused(&metadata([nul]), &Sqlite), @r#"the name "a\0b" holds a NUL character"#);
}
