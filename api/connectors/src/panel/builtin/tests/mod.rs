mod archives;
mod servers;

use super::*;
use crate::error::Kind;
use crate::panel::State;
use crate::panel::contract::{self, account, noon};
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn settings(root: &Path) -> Settings {
    let nameserver = |name: &str, address: &str| Nameserver {
        name: name.parse().unwrap(),
        addresses: vec![address.parse().unwrap()],
    };
    Settings {
        root: root.join("host"),
        listen: vec!["127.0.0.1:8080".parse().unwrap(), "[::1]:8080".parse().unwrap()],
        addresses: vec!["192.0.2.10".parse().unwrap(), "2001:db8::10".parse().unwrap()],
        nameservers: vec![nameserver("ns1.host.example", "192.0.2.1"), nameserver("ns2.host.example", "192.0.2.2")],
        hostmaster: "host.master@host.example".into(),
        php_socket: Some("/run/php/fpm.sock".into()),
        template: None,
        limits: Limits::default(),
        reload: Vec::new(),
    }
}

struct Bench {
    folder: tempfile::TempDir,
    host: BuiltinHost,
}

impl Bench {
    fn new() -> Self {
        Self::with(|_| ())
    }

    fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(folder.path());
        change(&mut settings);
        Self { host: BuiltinHost::open(settings).unwrap(), folder }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join("host").join(path)
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }

    async fn apply(&self, account: &Account) -> Result<Observed> {
        self.host.apply(account, noon()).await
    }
}

/// Every file below, with its content and the time it was written.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let found = entry.metadata().unwrap();
        if found.is_dir() {
            all.extend(snapshot(&entry.path()));
        } else {
            let content = if found.is_file() { fs::read(entry.path()).unwrap() } else { Vec::new() };
            all.insert(entry.path(), (content, found.modified().unwrap()));
        }
    }
    all
}

#[tokio::test]
async fn passes_the_contract() {
    contract::hosting_panel(&Bench::new().host).await;
}

#[tokio::test]
async fn applying_again_touches_no_file() {
    let bench = Bench::new();
    let desired = Account { script_php: true, ..account("a", "a.example") };
    bench.apply(&desired).await.unwrap();
    let before = snapshot(bench.folder.path());
    for day in [0, 1, 366] {
        bench.host.apply(&desired, noon().plus(TimeDelta::days(day))).await.unwrap();
        assert_eq!(snapshot(bench.folder.path()), before);
    }
}

#[tokio::test]
async fn what_the_client_changed_stays() {
    let bench = Bench::new();
    bench.apply(&account("a", "a.example")).await.unwrap();
    let page = bench.at("webspaces/a.example/httpdocs/index.html");
    assert!(fs::read_to_string(&page).unwrap().contains("a.example is ready"));
    fs::write(&page, "mine").unwrap();
    for state in [State::Suspended, State::Active] {
        bench.apply(&Account { state, ..account("a", "a.example") }).await.unwrap();
    }
    assert_eq!(fs::read_to_string(&page).unwrap(), "mine");
}

#[tokio::test]
async fn the_serial_moves_only_with_the_content() {
    let bench = Bench::new();
    let desired = account("a", "a.example");
    let serial = || map::serial_of(&bench.text("zones/a.example.zone")).unwrap();
    bench.apply(&desired).await.unwrap();
    assert_eq!(serial(), 2_028_022_900); // noon() is 29 February 2028
    bench.apply(&Account { state: State::Suspended, ..desired.clone() }).await.unwrap();
    assert_eq!(serial(), 2_028_022_900, "suspending changes no zone");
    let moved = Settings { addresses: vec!["192.0.2.99".parse().unwrap()], ..settings(bench.folder.path()) };
    let host = BuiltinHost::open(moved).unwrap();
    host.apply(&desired, noon()).await.unwrap();
    assert_eq!(serial(), 2_028_022_901, "one more on the same day");
    bench.host.apply(&desired, noon().plus(TimeDelta::days(1))).await.unwrap();
    assert_eq!(serial(), 2_028_030_100, "the next day's first");
}

#[tokio::test]
async fn the_files_say_what_they_should() {
    let bench = Bench::new();
    bench.apply(&account("a", "a.example")).await.unwrap();
    let zone = bench.text("zones/a.example.zone");
    for line in [
        "@ IN SOA ns1.host.example. host\\.master.host.example. (",
        "@ IN NS ns1.host.example.",
        "@ IN NS ns2.host.example.",
        "@ IN A 192.0.2.10",
        "@ IN AAAA 2001:db8::10",
        "@ IN MX 10 mail",
        "mail IN A 192.0.2.10",
        "www IN CNAME @",
    ] {
        assert!(zone.lines().any(|found| found == line), "{line}\n{zone}");
    }
    assert!(!zone.contains("192.0.2.1\n"), "addresses of foreign name servers do not belong here");
    let vhost = bench.text("vhosts/a.example.conf");
    for part in ["server_name a.example www.a.example;", "listen 127.0.0.1:8080;", "listen [::1]:8080;", "return 403;"]
    {
        assert!(vhost.contains(part), "{part}\n{vhost}");
    }
    assert!(!vhost.contains("fastcgi_pass"));
    bench.apply(&Account { script_php: true, ..account("a", "a.example") }).await.unwrap();
    assert!(bench.text("vhosts/a.example.conf").contains("fastcgi_pass unix:/run/php/fpm.sock;"));
    bench.apply(&Account { state: State::Suspended, ..account("a", "a.example") }).await.unwrap();
    let vhost = bench.text("vhosts/a.example.conf");
    assert!(vhost.contains("return 503;") && !vhost.contains("httpdocs"), "{vhost}");
}

#[tokio::test]
async fn removal_keeps_nothing() {
    let bench = Bench::new();
    let paths = || snapshot(bench.folder.path()).into_keys().collect::<Vec<_>>();
    bench.apply(&account("other", "other.example")).await.unwrap();
    let before = paths();
    bench.apply(&account("a", "a.example")).await.unwrap();
    assert!(paths().len() > before.len());
    bench.apply(&Account { state: State::Removed, ..account("a", "a.example") }).await.unwrap();
    assert_eq!(paths(), before);
    assert!(!bench.at("webspaces/a.example").exists());
}

#[tokio::test]
async fn www_of_a_domain_belongs_to_it_too() {
    let bench = Bench::new();
    bench.apply(&account("a", "a.example")).await.unwrap();
    assert_eq!(bench.apply(&account("b", "www.a.example")).await.unwrap_err().kind, Kind::Conflict);
    bench.apply(&account("c", "www.c.example")).await.unwrap();
    assert_eq!(bench.apply(&account("d", "c.example")).await.unwrap_err().kind, Kind::Conflict);
    bench.apply(&account("e", "shop.a.example")).await.unwrap();
}

#[tokio::test]
async fn many_at_once_and_only_one_gets_the_domain() {
    let bench = Bench::new();
    let mut running = tokio::task::JoinSet::new();
    for at in 0..12 {
        // each with its own handle, as other processes would have
        let host = BuiltinHost::open(settings(bench.folder.path())).unwrap();
        running.spawn(async move { host.apply(&account(&format!("a{at}"), "a.example"), noon()).await.is_ok() });
    }
    let won = running.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn usage_counts_files_and_follows_no_link() {
    let bench = Bench::new();
    let desired = account("a", "a.example");
    bench.apply(&desired).await.unwrap();
    let usage = bench.host.usage().unwrap();
    let before = usage.disk_bytes(&desired.id).await.unwrap();
    fs::create_dir(bench.at("webspaces/a.example/httpdocs/deep")).unwrap();
    fs::write(bench.at("webspaces/a.example/httpdocs/deep/big"), vec![0; 123_456]).unwrap();
    fs::write(bench.folder.path().join("outside"), vec![0; 999_999]).unwrap();
    let target = "../../../../outside";
    std::os::unix::fs::symlink(target, bench.at("webspaces/a.example/httpdocs/link")).unwrap();
    std::os::unix::fs::symlink("/usr", bench.at("webspaces/a.example/httpdocs/loop")).unwrap();
    let links = u64::try_from(target.len() + "/usr".len()).unwrap(); // a link's own length
    assert_eq!(usage.disk_bytes(&desired.id).await.unwrap(), before + 123_456 + links);
}

#[tokio::test]
async fn removal_does_not_follow_links() {
    let bench = Bench::new();
    bench.apply(&account("a", "a.example")).await.unwrap();
    let outside = bench.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("precious"), "x").unwrap();
    std::os::unix::fs::symlink(&outside, bench.at("webspaces/a.example/httpdocs/link")).unwrap();
    bench.apply(&Account { state: State::Removed, ..account("a", "a.example") }).await.unwrap();
    assert!(outside.join("precious").exists());
}

#[tokio::test]
async fn links_in_the_place_of_areas_and_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("host")).unwrap();
    std::os::unix::fs::symlink("/tmp", folder.path().join("host/zones")).unwrap();
    assert!(BuiltinHost::open(settings(folder.path())).is_err());
    let bench = Bench::new();
    std::os::unix::fs::symlink("/etc/hostname", bench.at("vhosts/a.example.conf")).unwrap();
    assert!(bench.apply(&account("a", "a.example")).await.is_err());
}

#[tokio::test]
async fn a_failed_reload_is_repeated_though_nothing_changes_any_more() {
    let flag = |bench: &Bench| bench.folder.path().join("works");
    let bench = Bench::with(|settings| {
        let flag = settings.root.parent().unwrap().join("works").to_string_lossy().into_owned();
        settings.reload = vec![vec!["test".into(), "-e".into(), flag]];
    });
    let desired = account("a", "a.example");
    assert_eq!(bench.apply(&desired).await.unwrap_err().kind, Kind::Unavailable);
    assert_eq!(bench.apply(&desired).await.unwrap_err().kind, Kind::Unavailable);
    fs::write(flag(&bench), "").unwrap();
    bench.apply(&desired).await.unwrap();
    fs::remove_file(flag(&bench)).unwrap();
    bench.apply(&desired).await.unwrap(); // nothing to tell
}

#[test]
fn settings_that_cannot_be_rendered_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let wrong: [fn(&mut Settings); 6] = [
        |settings| settings.root = "/tmp/a; include /etc/passwd".into(),
        |settings| settings.root = "relative".into(),
        |settings| settings.php_socket = Some("/run/php $x".into()),
        |settings| settings.nameservers.clear(),
        |settings| settings.addresses.clear(),
        |settings| settings.hostmaster = "nobody\n@host.example".into(),
    ];
    for change in wrong {
        let mut settings = settings(folder.path());
        change(&mut settings);
        assert_eq!(BuiltinHost::open(settings).err().unwrap().kind, Kind::InvalidRequest);
    }
}

#[tokio::test]
async fn php_is_refused_where_there_is_none() {
    let bench = Bench::with(|settings| settings.php_socket = None);
    let desired = Account { script_php: true, ..account("a", "a.example") };
    assert_eq!(bench.apply(&desired).await.unwrap_err().kind, Kind::InvalidRequest);
    assert_eq!(bench.host.fetch(&desired.id).await.unwrap_err().kind, Kind::NotFound);
}
