//! The disk is lost: a copy that was taken while the server worked brings the house back, all of it or nothing. The real
//! program does both, on both databases.

use super::books::faults;
use crate::support::database::{run, table_names, words};
use crate::support::site::Site;
use crate::support::world::{PASSWORD, client};
use crate::support::{Actor, Backend, World};
use comptoir_db::Address;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A house with something of everything: the world's rows, files of activities that were moved, a seller's own template.
fn filled(backend: Backend) -> Site {
    let World { server, database, .. } = World::open(backend);
    let book = server.fake_book.clone();
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("bank.jsonl");
    std::fs::write(&kept, std::fs::read(book).unwrap_or_default()).unwrap();
    drop(server);
    database.settle();
    let site = Site::copy(&database, &kept);
    for (path, text) in FILES {
        std::fs::create_dir_all(site.at(path).parent().unwrap()).unwrap();
        std::fs::write(site.at(path), text).unwrap();
    }
    site
}

/// Files of the house that are brought back, and two that are not: one is being written, one can be made anew.
const FILES: [(&str, &str); 4] = [
    ("archive/activities/sel_1/act_1.jsonl", "{\"sequence\":1}\n"),
    ("var/stores/own/provider/shop/templates/home.html", "<p>Our own words</p>"),
    ("archive/activities/sel_1/act_2.jsonl.part", "{\"seq"),
    ("var/stores/sites/provider/shop/index.html", "made anew"),
];

/// The program's answer: what it said when it did it, or why it refused.
fn ask(mut command: Command) -> Result<String, String> {
    let Output { status, stdout, stderr } = command.output().unwrap();
    if status.success() { Ok(String::from_utf8(stdout).unwrap()) } else { Err(String::from_utf8(stderr).unwrap()) }
}

/// A server that answers.
struct Serving {
    child: Child,
    url: String,
}

impl Serving {
    fn start(site: &Site) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let child = site.start(&["serve", "--listen", &address, "--sign-ins-per-minute", "1000"]);
        let began = Instant::now();
        while std::net::TcpStream::connect(&address).is_err() {
            assert!(began.elapsed() < Duration::from_secs(60), "no server: {}", site.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { child, url: format!("http://{address}") }
    }

    fn owner(&self) -> Actor {
        Actor::stranger(&self.url).sign_in("admin", "provider", "owner@provider.example", PASSWORD)
    }

    /// Pulls the plug, and waits until the database has noticed.
    fn kill(mut self, site: &Site) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        if let Address::Postgres(_) = site.database.address {
            let others =
                "SELECT CAST(count(*) AS TEXT) AS word FROM pg_stat_activity WHERE datname = current_database()
                AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
            while words(&mut site.database.connect(), others) != ["0"] {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The names of the clients that came in one after the other.
fn newcomers(site: &Site) -> Vec<String> {
    words(
        &mut site.database.connect(),
        "SELECT company AS word FROM clients WHERE company LIKE 'Newcomer %' ORDER BY number",
    )
}

/// Where a house stands: every row of every table, and the files that are kept.
fn everything(site: &Site) -> (BTreeMap<String, String>, Vec<Option<String>>) {
    let files = FILES.iter().map(|(path, _)| std::fs::read_to_string(site.at(path)).ok());
    (site.database.digest(), files.take(2).collect())
}

/// Takes a copy in the middle of work; it is a state that the house has been in.
fn while_it_works(backend: Backend) {
    let (site, other) = (filled(backend), Site::vacant(backend));
    let copy = other.at("house.tar.gz");
    let server = Serving::start(&site);
    let owner = server.owner();
    let (done, mut came) = (AtomicBool::new(false), 0);
    let (before, after) = std::thread::scope(|scope| {
        let backup = scope.spawn(|| {
            let before = newcomers(&site).len();
            let said = ask(site.command(&["backup", text(&copy)])).unwrap();
            let after = newcomers(&site).len();
            done.store(true, Ordering::SeqCst);
            assert!(said.contains("The master key is not in it"), "{said}");
            (before, after)
        });
        while !done.load(Ordering::SeqCst) || came < 5 {
            owner.post("/v1/clients", client("live", &format!("Newcomer {came}"), &format!("N{came}"))).expect(201);
            came += 1;
        }
        backup.join().unwrap()
    });
    let said = ask(other.command(&["restore", text(&copy)])).unwrap();
    assert!(said.starts_with("restored the house of provider Hosting as it was at 2"), "{said}");
    let (all, copied) = (newcomers(&site), newcomers(&other));
    assert_eq!(all[..copied.len()], copied, "who came first is in the copy");
    // the second reading came after the copy was taken, the first before
    assert!((before..=after).contains(&copied.len()), "{before} <= {} <= {after}", copied.len());
    assert_eq!(faults(&other.database), [""; 0]);
    other.run(&["verify"]);
    server.kill(&site);
}

/// Everything is lost, and comes back.
fn after_the_loss(backend: Backend) {
    let site = filled(backend);
    let copy = site.at("house.tar.gz");
    let path = copy.to_str().unwrap();
    // what the server has just written is in the write-ahead log only when it dies
    let server = Serving::start(&site);
    server.owner().post("/v1/clients", client("late", "Newcomer 1", "Nina")).expect(201);
    server.kill(&site);
    let before = everything(&site);
    ask(site.command(&["backup", path])).unwrap();
    assert_eq!(ask(site.command(&["backup", path])), Err(format!("comptoir: {path} exists: name another file\n")));

    // rows are gone, others are wrong, files are gone; the house goes on
    let spoil = "DELETE FROM webhook_deliveries; DELETE FROM mails; UPDATE clients SET company = 'Nobody';";
    run(&mut site.database.connect(), spoil);
    std::fs::remove_dir_all(site.at("archive")).unwrap();
    std::fs::write(site.at(FILES[1].0), "scribbled").unwrap();
    let server = Serving::start(&site);
    let refused = ask(site.command(&["restore", path])).unwrap_err();
    assert!(refused.contains("is another file than the copy's"), "{refused}");
    std::fs::remove_file(site.at(FILES[1].0)).unwrap();
    let refused = ask(site.command(&["restore", path])).unwrap_err();
    assert!(refused.contains("say --replace"), "{refused}");
    let refused = ask(site.command(&["restore", path, "--replace"])).unwrap_err();
    assert!(refused.contains("stop the server"), "{refused}");
    server.kill(&site);
    assert_ne!(everything(&site), before);
    ask(site.command(&["restore", path, "--replace"])).unwrap();
    assert_eq!(everything(&site), before);

    // SQLite: not even a database any more
    if let Address::Sqlite(database) = &site.database.address {
        std::fs::write(database, "no database").unwrap();
        std::fs::write(format!("{}-wal", database.display()), "no log").unwrap();
        ask(site.command(&["restore", path, "--replace"])).unwrap();
        assert_eq!(everything(&site), before);
    }
    assert_eq!(faults(&site.database), [""; 0]);
    site.run(&["verify"]);
    let server = Serving::start(&site);
    let clients = server.owner().get("/v1/clients?limit=100").expect(200).json();
    assert!(clients["data"].as_array().unwrap().iter().any(|client| client["name"] == "Newcomer 1"));
}

/// Nothing is there, and stays so.
#[track_caller]
fn is_vacant(site: &Site) {
    match &site.database.address {
        Address::Sqlite(path) => {
            let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
            assert!(left.is_empty(), "{left:?}");
        }
        Address::Postgres(_) => assert_eq!(table_names(&mut site.database.connect()), [""; 0]),
    }
    assert!(!site.at("archive").exists() && !site.at("var").exists());
}

/// The same copy with another script or database in it, packed anew by the system's tar.
fn repacked(copy: &Path, change: impl FnOnce(&Path)) -> PathBuf {
    let folder = copy.with_extension("unpacked");
    std::fs::create_dir_all(&folder).unwrap();
    let tar = |arguments: &[&str]| assert!(Command::new("tar").args(arguments).status().unwrap().success());
    let (to, at) = (copy.with_extension("other"), folder.to_str().unwrap());
    tar(&["-xzf", copy.to_str().unwrap(), "-C", at]);
    change(&folder);
    tar(&["-czf", to.to_str().unwrap(), "-C", at, "comptoir.json", "archive", "own", "database"]);
    to
}

/// A filled house, its copy, and a place where nothing is.
fn copied(backend: Backend) -> (Site, PathBuf, Site) {
    let (site, other) = (filled(backend), Site::vacant(backend));
    let copy = site.at("house.tar.gz");
    ask(site.command(&["backup", text(&copy)])).unwrap();
    (site, copy, other)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[track_caller]
fn refuses(at: &Site, words: &[&str], why: &str) {
    let said = ask(at.command(words)).expect_err(why);
    assert!(said.contains(why), "{words:?}: {said}");
}

/// Files and databases that are not there.
fn wrong_paths(backend: Backend) {
    let (site, _, other) = copied(backend);
    refuses(&site, &["backup", text(&site.at("no/such/folder/house.tar.gz"))], "is no folder");
    refuses(&other, &["restore", text(&site.at("nothing"))], "is no file");
    refuses(&other, &["restore", text(&site.at("archive"))], "is no file");
    let empty = match backend {
        Backend::Sqlite => "there is no database at",
        Backend::Postgres => "there is no database of Comptoir's",
    };
    refuses(&other, &["backup", text(&other.at("empty"))], empty);
    let nowhere = ["--database-url", "postgres://nobody@127.0.0.1:1/nothing"];
    refuses(&other, &[&["backup", text(&other.at("lost"))], &nowhere[..]].concat(), "cannot open the database");
    assert!(!other.at("empty").exists() && !other.at("lost").exists());
    is_vacant(&other);
}

/// A copy that is cut short, has a byte turned over, or is something else altogether.
fn damaged_copies(backend: Backend) {
    let (site, copy, other) = copied(backend);
    let before = everything(&site);
    let whole = std::fs::read(&copy).unwrap();
    let mut damaged = vec![whole[..10].to_vec(), whole[..whole.len() / 2].to_vec(), whole[..whole.len() - 4].to_vec()];
    for part in 1..4 {
        let mut bytes = whole.clone();
        bytes[whole.len() * part / 4] ^= 0x10;
        damaged.push(bytes);
    }
    damaged.extend([b"not a copy at all".to_vec(), Vec::new()]);
    for (at, bytes) in damaged.iter().enumerate() {
        let file = other.at(&format!("damaged-{at}"));
        std::fs::write(&file, bytes).unwrap();
        refuses(&other, &["restore", text(&file)], "is damaged");
        refuses(&site, &["restore", "--replace", text(&file)], "is damaged");
    }
    is_vacant(&other);
    assert_eq!(everything(&site), before);
}

/// A whole copy of a database that cannot be brought back.
fn broken_databases(backend: Backend) {
    let (site, copy, other) = copied(backend);
    let before = everything(&site);
    let broken = repacked(&copy, |folder| {
        let database = folder.join("database");
        let mut bytes = std::fs::read(&database).unwrap();
        match backend {
            Backend::Sqlite => bytes[4096..16384].fill(0x41),
            Backend::Postgres => bytes.extend(b"SELECT 1 / 0;"),
        }
        std::fs::write(database, bytes).unwrap();
    });
    let why = match backend {
        Backend::Sqlite => "the database in the copy is damaged",
        Backend::Postgres => "division by zero",
    };
    refuses(&other, &["restore", text(&broken)], why);
    refuses(&site, &["restore", "--replace", text(&broken)], why);
    assert_eq!(everything(&site), before);
    if backend == Backend::Postgres {
        // the files come before the database; the next try finds them as they should be
        std::fs::remove_dir_all(other.at("archive")).unwrap();
        std::fs::remove_dir_all(other.at("var")).unwrap();
    }
    is_vacant(&other);
}

/// A copy of another house, of a later version, for another database.
fn copies_that_do_not_fit(backend: Backend) {
    let (_site, copy, other) = copied(backend);
    let said = ask_with(other.command(&["restore", text(&copy)]), "COMPTOIR_MASTER_KEY", &"08".repeat(32)).unwrap_err();
    assert!(said.contains("is not the one of the copy's house"), "{said}");
    let with = |name: &str, value: Value| {
        repacked(&copy, |folder| {
            let path = folder.join("comptoir.json");
            let mut manifest: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            manifest[name] = value;
            std::fs::write(path, manifest.to_string()).unwrap();
        })
    };
    refuses(&other, &["restore", text(&with("schema", "99990101000000".into()))], "a later version");
    refuses(&other, &["restore", text(&with("format", 2.into()))], "its format is not known");
    let (kind, why) = match backend {
        Backend::Sqlite => ("postgres", "PostgreSQL database; it cannot go into SQLite"),
        Backend::Postgres => ("sqlite", "SQLite database; it cannot go into PostgreSQL"),
    };
    refuses(&other, &["restore", text(&with("database", kind.into()))], why);
    is_vacant(&other);
}

#[test]
fn without_the_tools_of_postgresql() {
    let (site, copy, other) = copied(Backend::Postgres);
    let path = site.at("x.tar.gz");
    let said = ask_with(site.command(&["backup", text(&path)]), "PATH", "/nowhere").unwrap_err();
    assert!(said.contains("pg_dump is missing: install PostgreSQL's client tools") && !path.exists(), "{said}");
    let said = ask_with(other.command(&["restore", text(&copy)]), "PATH", "/nowhere").unwrap_err();
    assert!(said.contains("psql is missing: install PostgreSQL's client tools"), "{said}");
    assert_eq!(table_names(&mut other.database.connect()), [""; 0]);
}

fn ask_with(mut command: Command, name: &str, value: &str) -> Result<String, String> {
    command.env(name, value);
    ask(command)
}

/// The master key goes along only if it is asked for, and never over another one.
fn the_key(backend: Backend) {
    use std::os::unix::fs::PermissionsExt;
    let (site, other) = (filled(backend), Site::vacant(backend));
    let by_file = |at: &Site, words: &[&str]| {
        let mut command = at.command(words);
        command.env_remove("COMPTOIR_MASTER_KEY");
        ask_with(command, "COMPTOIR_KEY_FILE", text(&at.at("key")))
    };
    let (with, without) = (site.at("with.tar.gz"), site.at("without.tar.gz"));
    let (with, without) = (with.to_str().unwrap(), without.to_str().unwrap());
    let refused = by_file(&site, &["backup", with, "--with-key"]).unwrap_err();
    assert!(refused.contains("there is no master key in"), "{refused}");
    std::fs::write(site.at("key"), "07".repeat(32)).unwrap();
    by_file(&site, &["backup", with, "--with-key"]).unwrap();
    by_file(&site, &["backup", without]).unwrap();
    assert_eq!(std::fs::metadata(with).unwrap().permissions().mode() & 0o777, 0o600);

    let said = by_file(&other, &["restore", without]).unwrap();
    assert!(said.contains("Its master key is not in the copy") && !other.at("key").exists(), "{said}");
    let said = by_file(&other, &["restore", "--replace", with]).unwrap();
    assert!(!said.contains("not in the copy"), "{said}");
    assert_eq!(std::fs::read_to_string(other.at("key")).unwrap(), "07".repeat(32));
    assert_eq!(std::fs::metadata(other.at("key")).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::write(other.at("key"), "08".repeat(32)).unwrap();
    let refused = by_file(&other, &["restore", "--replace", with]).unwrap_err();
    assert!(refused.contains("move it away"), "{refused}");
    assert_eq!(std::fs::read_to_string(other.at("key")).unwrap(), "08".repeat(32));
}

macro_rules! on_both {
    ($($name:ident)+) => { $(
        mod $name {
            use super::Backend;
            #[test]
            fn on_sqlite() { super::$name(Backend::Sqlite) }
            #[test]
            fn on_postgres() { super::$name(Backend::Postgres) }
        }
    )+ };
}

on_both!(while_it_works after_the_loss wrong_paths damaged_copies broken_databases copies_that_do_not_fit the_key);
