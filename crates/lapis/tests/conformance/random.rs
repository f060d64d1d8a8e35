//! Random work, checked against a model in memory: what a session says before the flush, what the database
//! holds after the commit, and both after rollbacks to anywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};

conformance![a_session_and_its_database_agree_with_a_model];

#[derive(Entity, Debug, Clone)]
#[entity(table = "folders")]
struct Folder {
    #[column(primary_key)]
    id: Auto<i64>,
    name: i64,
    parent: Option<Ref<Folder>>,
    #[relation(inverse = Folder::parent)]
    children: Many<Folder>,
    #[relation(inverse = File::folder, cascade(delete))]
    files: Many<File>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "files")]
struct File {
    #[column(primary_key)]
    id: Auto<i64>,
    name: i64,
    folder: Ref<Folder>,
    #[relation(through = "file_labels")]
    labels: Many<Label>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "labels")]
struct Label {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(unique)]
    name: i64,
    #[relation(through = "file_labels", inverse = File::labels)]
    files: Many<File>,
}

/// What a program may do. Numbers pick among the entities that are alive.
#[derive(Debug, Clone, Copy)]
enum Step {
    AddFolder(Option<usize>),
    AddFile(usize),
    AddLabel,
    Rename(usize),
    MoveFolder(usize, Option<usize>),
    MoveFile(usize, usize),
    LinkChild(usize, usize),
    Label(usize, usize),
    Unlabel(usize, usize),
    DeleteFolder(usize),
    DeleteFile(usize),
    DeleteLabel(usize),
    Flush,
    Commit,
    Rollback,
    Savepoint,
    RollbackTo(usize),
    Load,
}

/// What the rows should be, by the entities' names, which are all different.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Model {
    folders: BTreeMap<i64, Option<i64>>,
    files: BTreeMap<i64, i64>,
    labels: BTreeSet<i64>,
    links: BTreeSet<(i64, i64)>,
}

impl Model {
    fn delete_file(&mut self, file: i64) {
        self.files.remove(&file);
        self.links.retain(|(of, _)| *of != file);
    }

    fn rename_file(&mut self, from: i64, to: i64) {
        if let Some(folder) = self.files.remove(&from) {
            self.files.insert(to, folder);
        }
        let renamed = |(file, label): &(i64, i64)| (if *file == from { to } else { *file }, *label);
        self.links = self.links.iter().map(renamed).collect();
    }
}

/// A small generator of numbers, the same on every machine: xorshift64*.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).expect("31 bits") % below
    }

    fn step(&mut self) -> Step {
        let mut pick = || self.next(1000);
        match pick() % 40 {
            0..4 => Step::AddFolder((pick() % 3 > 0).then(&mut pick)),
            4..10 => Step::AddFile(pick()),
            10..12 => Step::AddLabel,
            12..14 => Step::Rename(pick()),
            14..16 => Step::MoveFolder(pick(), (pick() % 3 > 0).then(&mut pick)),
            16..19 => Step::MoveFile(pick(), pick()),
            19 => Step::LinkChild(pick(), pick()),
            20..24 => Step::Label(pick(), pick()),
            24..26 => Step::Unlabel(pick(), pick()),
            26 => Step::DeleteFolder(pick()),
            27 => Step::DeleteFile(pick()),
            28 => Step::DeleteLabel(pick()),
            29..32 => Step::Flush,
            32..34 => Step::Commit,
            34 => Step::Rollback,
            35 => Step::Savepoint,
            36 => Step::RollbackTo(pick()),
            _ => Step::Load,
        }
    }
}

/// A session at work, and what it should know.
struct Run<'d> {
    db: &'d Database,
    session: Session,
    folders: BTreeMap<i64, Handle<Folder>>,
    files: BTreeMap<i64, Handle<File>>,
    labels: BTreeMap<i64, Handle<Label>>,
    model: Model,
    committed: Model,
    savepoints: Vec<(lapis::orm::session::Savepoint, Model)>,
    next_name: i64,
    /// Rows wait to be deleted: until the flush they stand where they stood.
    deleting: bool,
}

fn pick<K: Copy, V>(map: &BTreeMap<K, V>, number: usize) -> Option<K> {
    (!map.is_empty()).then(|| *map.keys().nth(number % map.len()).expect("it is below the length"))
}

impl<'d> Run<'d> {
    fn new(db: &'d Database) -> Self {
        Self {
            db,
            session: db.session(),
            folders: BTreeMap::new(),
            files: BTreeMap::new(),
            labels: BTreeMap::new(),
            model: Model::default(),
            committed: Model::default(),
            savepoints: Vec::new(),
            next_name: 0,
            deleting: false,
        }
    }

    fn name(&mut self) -> i64 {
        self.next_name += 1;
        self.next_name
    }

    fn folder(&self, number: usize) -> Option<(i64, Handle<Folder>)> {
        let name = pick(&self.model.folders, number)?;
        Some((name, self.folders[&name]))
    }

    fn file(&self, number: usize) -> Option<(i64, Handle<File>)> {
        let name = pick(&self.model.files, number)?;
        Some((name, self.files[&name]))
    }

    fn label(&self, number: usize) -> Option<(i64, Handle<Label>)> {
        let name = *self.model.labels.iter().nth(number % self.model.labels.len().max(1))?;
        Some((name, self.labels[&name]))
    }

    /// Whether `folder` is `of` or beneath it: a tree has no cycles.
    fn is_beneath(&self, mut folder: i64, of: i64) -> bool {
        loop {
            if folder == of {
                return true;
            }
            match self.model.folders[&folder] {
                Some(parent) => folder = parent,
                None => return false,
            }
        }
    }

    async fn apply(&mut self, step: Step) -> Result<()> {
        match step {
            Step::AddFolder(parent) => {
                let (name, parent) = (self.name(), parent.and_then(|number| self.folder(number)));
                let folder = Folder {
                    parent: parent.map(|(_, handle)| handle.into()),
                    ..Folder::new().name(name).build()
                };
                self.folders.insert(name, self.session.add(folder));
                self.model.folders.insert(name, parent.map(|(name, _)| name));
            }
            Step::AddFile(folder) => {
                let Some((folder, handle)) = self.folder(folder) else { return Ok(()) };
                let name = self.name();
                self.files.insert(name, self.session.add(File::new().name(name).folder(handle).build()));
                self.model.files.insert(name, folder);
            }
            Step::AddLabel => {
                let name = self.name();
                self.labels.insert(name, self.session.add(Label::new().name(name).build()));
                self.model.labels.insert(name);
            }
            Step::Rename(file) => {
                let Some((old, handle)) = self.file(file) else { return Ok(()) };
                let new = self.name();
                self.session[handle].name = new;
                self.files.insert(new, handle);
                self.model.rename_file(old, new);
            }
            Step::MoveFolder(folder, parent) => {
                let Some((name, handle)) = self.folder(folder) else { return Ok(()) };
                let parent = parent.and_then(|number| self.folder(number));
                if parent.is_some_and(|(parent, _)| self.is_beneath(parent, name)) {
                    return Ok(());
                }
                self.session[handle].parent = parent.map(|(_, parent)| parent.into());
                self.model.folders.insert(name, parent.map(|(parent, _)| parent));
            }
            Step::MoveFile(file, folder) => {
                let (Some((file, handle)), Some((folder, to))) = (self.file(file), self.folder(folder))
                else {
                    return Ok(());
                };
                self.session[handle].folder = to.into();
                self.model.files.insert(file, folder);
            }
            Step::LinkChild(parent, child) => {
                let (Some((parent, of)), Some((child, handle))) = (self.folder(parent), self.folder(child))
                else {
                    return Ok(());
                };
                if !self.is_beneath(parent, child) {
                    self.session.link(of, Folder::children, handle);
                    self.model.folders.insert(child, Some(parent));
                }
            }
            Step::Label(file, label) => {
                if let (Some((file, of)), Some((label, handle))) = (self.file(file), self.label(label)) {
                    self.session.link(of, File::labels, handle);
                    self.model.links.insert((file, label));
                }
            }
            Step::Unlabel(file, label) => {
                if let (Some((file, of)), Some((label, handle))) = (self.file(file), self.label(label)) {
                    self.session.unlink(handle, Label::files, of);
                    self.model.links.remove(&(file, label));
                }
            }
            Step::DeleteFolder(folder) => self.delete_folder(folder),
            Step::DeleteFile(file) => {
                if let Some((name, handle)) = self.file(file) {
                    self.session.delete(handle);
                    self.deleting = true;
                    self.model.delete_file(name);
                }
            }
            Step::DeleteLabel(label) => {
                if let Some((name, handle)) = self.label(label) {
                    self.session.delete(handle);
                    self.deleting = true;
                    self.model.labels.remove(&name);
                    self.model.links.retain(|(_, of)| *of != name);
                }
            }
            Step::Flush => self.session.flush().await?,
            Step::Commit => {
                self.session.commit().await?;
                self.committed = self.model.clone();
                self.savepoints.clear();
            }
            Step::Rollback => {
                self.session.rollback().await?;
                self.model = self.committed.clone();
                self.savepoints.clear();
            }
            Step::Savepoint => self.savepoints.push((self.session.savepoint().await?, self.model.clone())),
            Step::RollbackTo(number) => {
                if !self.savepoints.is_empty() {
                    let at = number % self.savepoints.len();
                    self.savepoints.truncate(at + 1);
                    let (savepoint, model) = self.savepoints[at].clone();
                    self.session.rollback_to(savepoint).await?;
                    self.model = model;
                }
            }
            Step::Load => {
                let folders: Vec<Handle<Folder>> = self.session.all(Folder::select()).await?;
                self.session.load_all(&folders, Folder::files.eager(File::labels)).await?;
                self.session.load_all(&folders, Folder::children).await?;
            }
        }
        Ok(())
    }

    /// The files go along; the folders beneath become roots.
    fn delete_folder(&mut self, folder: usize) {
        let Some((name, handle)) = self.folder(folder) else { return };
        self.session.delete(handle);
        self.deleting = true;
        self.model.folders.remove(&name);
        self.model
            .folders
            .values_mut()
            .filter(|parent| **parent == Some(name))
            .for_each(|parent| *parent = None);
        let inside: Vec<i64> = self
            .model
            .files
            .iter()
            .filter(|(_, folder)| **folder == name)
            .map(|(file, _)| *file)
            .collect();
        inside.into_iter().for_each(|file| self.model.delete_file(file));
    }

    /// Compares what the session says with the model.
    fn check_session(&self) -> std::result::Result<(), String> {
        for name in self.model.folders.keys() {
            let folder = self.folders[name];
            if let Ok(children) = self.session.related(folder, Folder::children) {
                let said: BTreeSet<i64> = children.iter().map(|child| self.session[*child].name).collect();
                let beneath = self.model.folders.iter().filter(|(_, parent)| **parent == Some(*name));
                same(&format!("children of {name}"), said, beneath.map(|(child, _)| *child).collect())?;
            }
            if let Ok(files) = self.session.related(folder, Folder::files) {
                let said: BTreeSet<i64> = files.iter().map(|file| self.session[*file].name).collect();
                let inside = self.model.files.iter().filter(|(_, of)| **of == *name);
                same(&format!("files of {name}"), said, inside.map(|(file, _)| *file).collect())?;
                same(
                    &format!("count of files of {name}"),
                    files.len(),
                    files.iter().collect::<BTreeSet<_>>().len(),
                )?;
            }
        }
        for (name, folder) in &self.model.files {
            let file = self.files[name];
            let said = self.session.related(file, File::folder).ok().flatten();
            if let Some(said) = said {
                same(&format!("folder of {name}"), self.session[said].name, *folder)?;
            }
            if let Ok(labels) = self.session.related(file, File::labels) {
                let said: BTreeSet<i64> = labels.iter().map(|label| self.session[*label].name).collect();
                let linked = self.model.links.iter().filter(|(of, _)| of == name);
                same(&format!("labels of {name}"), said, linked.map(|(_, label)| *label).collect())?;
            }
        }
        for name in &self.model.labels {
            if let Ok(files) = self.session.related(self.labels[name], Label::files) {
                let said: BTreeSet<i64> = files.iter().map(|file| self.session[*file].name).collect();
                let linked = self.model.links.iter().filter(|(_, of)| of == name);
                same(&format!("files with label {name}"), said, linked.map(|(file, _)| *file).collect())?;
            }
        }
        Ok(())
    }

    /// Compares what the database holds with the model of what was committed.
    async fn check_database(&self) -> Result<std::result::Result<(), String>> {
        let db = self.db;
        let folders: Vec<(i64, Option<i64>)> = db
            .all(
                text("SELECT f.name, p.name FROM folders f LEFT JOIN folders p ON p.id = f.parent_id")
                    .rows::<(i64, Option<i64>)>(),
            )
            .await?;
        let files: Vec<(i64, i64)> = db
            .all(
                text("SELECT f.name, d.name FROM files f JOIN folders d ON d.id = f.folder_id")
                    .rows::<(i64, i64)>(),
            )
            .await?;
        let labels: Vec<i64> = db.all(text("SELECT name FROM labels").scalar::<i64>()).await?;
        let links: Vec<(i64, i64)> = db
            .all(
                text(
                    "SELECT f.name, l.name FROM file_labels x JOIN files f ON f.id = x.file_id \
                     JOIN labels l ON l.id = x.label_id",
                )
                .rows::<(i64, i64)>(),
            )
            .await?;
        let held = Model {
            folders: folders.into_iter().collect(),
            files: files.into_iter().collect(),
            labels: labels.into_iter().collect(),
            links: links.into_iter().collect(),
        };
        Ok(same("the database", held, self.committed.clone()))
    }
}

fn same<T: PartialEq + Debug>(what: &str, found: T, wanted: T) -> std::result::Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what}: {found:?}, and should be {wanted:?}")) }
}

/// Does the steps on empty tables; gives what went wrong.
async fn attempt(db: &Database, steps: &[Step]) -> std::result::Result<(), String> {
    let metadata = MetaData::of::<(Folder, File, Label)>();
    let prepared = async {
        db.drop_all(&metadata).await?;
        db.create_all(&metadata).await
    };
    prepared.await.map_err(|error| error.to_string())?;
    let mut run = Run::new(db);
    for (at, step) in steps.iter().enumerate() {
        let context = |fault: String| format!("after step {at}, {step:?}: {fault}");
        run.apply(*step).await.map_err(|error| context(error.to_string()))?;
        let settles = [Step::Flush, Step::Commit, Step::Rollback, Step::Savepoint, Step::Load];
        if settles
            .iter()
            .any(|settles| std::mem::discriminant(settles) == std::mem::discriminant(step))
        {
            run.deleting = false;
        }
        if !run.deleting {
            run.check_session().map_err(context)?;
        }
        if matches!(step, Step::Commit | Step::Rollback) {
            let found = run.check_database().await.map_err(|error| context(error.to_string()))?;
            found.map_err(context)?;
        }
    }
    run.session.rollback().await.map_err(|error| error.to_string())
}

async fn a_session_and_its_database_agree_with_a_model(db: &Database) -> Result<()> {
    let runs = std::env::var("LAPIS_TEST_RANDOM_RUNS")
        .ok()
        .and_then(|runs| runs.parse().ok())
        .unwrap_or(60);
    for seed in 1..=runs {
        let mut numbers = Numbers(seed * 0x9E37_79B9);
        let mut steps: Vec<Step> = (0..60).map(|_| numbers.step()).collect();
        steps.push(Step::Commit);
        let Err(mut fault) = attempt(db, &steps).await else { continue };
        // Leave out what the fault does not need.
        let mut at = 0;
        while at < steps.len() {
            let step = steps.remove(at);
            match attempt(db, &steps).await {
                Err(found) => fault = found,
                Ok(()) => {
                    steps.insert(at, step);
                    at += 1;
                }
            }
        }
        panic!("seed {seed}: {fault}\n{steps:#?}");
    }
    db.forget();
    Ok(())
}
