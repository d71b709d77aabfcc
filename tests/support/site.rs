//! The built program on a database of its own, as a process that can be killed. `scripts/test` builds it before the tests.

use super::database::{Backend, Database, run, words};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A house with everything it keeps: the database, and a folder with the bank's book and the outgoing mail.
pub struct Site {
    pub database: Database,
    folder: tempfile::TempDir,
    sent_before: usize,
    environment: Vec<(String, String)>,
}

/// The program, beside the tests.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.ancestors().nth(2).unwrap().join("comptoir");
    assert!(path.exists(), "{} is missing: cargo build -p comptoir-server", path.display());
    path
}

impl Site {
    /// A house on a copy of a database and of its bank's book. Nothing may be using them.
    pub fn copy(database: &Database, book: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(book, folder.path().join("bank.jsonl")).unwrap();
        let site = Self { database: database.copy(), folder, sent_before: 0, environment: Vec::new() };
        Self { sent_before: site.sent(), ..site }
    }

    /// A place for a house: nothing is there.
    pub fn vacant(backend: Backend) -> Self {
        Self {
            database: Database::vacant(backend),
            folder: tempfile::tempdir().unwrap(),
            sent_before: 0,
            environment: Vec::new(),
        }
    }

    /// The same with one more variable in its environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// A path in its folder.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// How many mails were sent since, as the house sees it.
    pub fn sent(&self) -> usize {
        let sent = "SELECT CAST(count(*) AS TEXT) AS word FROM mails WHERE state = 'sent'";
        words(&mut self.database.connect(), sent)[0].parse::<usize>().unwrap() - self.sent_before
    }

    /// The bank's book.
    pub fn book(&self) -> PathBuf {
        self.folder.path().join("bank.jsonl")
    }

    /// How many mails lie in the outbox.
    pub fn outbox(&self) -> usize {
        let files = std::fs::read_dir(self.folder.path().join("outbox")).into_iter().flatten();
        files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "eml")).count()
    }

    /// Starts the program.
    pub fn start(&self, arguments: &[&str]) -> Child {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.at("log")).unwrap();
        self.command(arguments).stdout(Stdio::null()).stderr(log).spawn().unwrap()
    }

    /// The program, ready to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        use comptoir_db::Address::{Postgres, Sqlite};
        let url = match &self.database.address {
            Sqlite(path) => format!("sqlite:{}", path.display()),
            Postgres(url) => url.clone(),
        };
        let mut command = Command::new(program());
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("COMPTOIR_DATABASE_URL", url)
            .env("COMPTOIR_MASTER_KEY", "07".repeat(32))
            .env("COMPTOIR_LOCAL_GATEWAYS", "true")
            .env("COMPTOIR_FAKE_BOOK", self.book())
            .env("COMPTOIR_OUTBOX", self.at("outbox"))
            .env("COMPTOIR_ARCHIVE_FOLDER", self.at("archive"))
            .env("COMPTOIR_PANEL", "fake")
            .env("COMPTOIR_WEBSPACES", self.at("panel.jsonl"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program to its end; how long that took.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Duration {
        let began = Instant::now();
        let ended = self.start(arguments).wait().unwrap();
        assert!(ended.success(), "{arguments:?}: {}", self.log());
        began.elapsed()
    }

    /// What the program has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Enough time passes that nobody takes the dead for living: leases run out, and payments that were begun are asked for.
    pub fn let_leases_run_out(&self) {
        let quarter = 16 * 60 * 1_000_000_i64;
        run(
            &mut self.database.connect(),
            &format!(
                "UPDATE events SET leased_until = 1 WHERE state = 'running';
                 UPDATE mails SET run_at = created_at WHERE state = 'queued';
                 UPDATE transactions SET created_at = created_at - {quarter} WHERE state IN ('new', 'unknown');"
            ),
        );
    }
}
