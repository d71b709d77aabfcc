//! Templates, good and hostile.

use super::*;
use crate::panel::builtin::unpack::lay;
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// A tar entry whose name is written raw: the crate itself would refuse to make some of these.
fn tar_entry(builder: &mut tar::Builder<Vec<u8>>, name: &str, kind: tar::EntryType, content: &[u8]) {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o755);
    header.set_size(content.len().try_into().unwrap());
    if matches!(kind, tar::EntryType::Symlink | tar::EntryType::Link) {
        header.set_link_name_literal("/etc/passwd").unwrap();
    }
    header.set_cksum();
    builder.append(&header, content).unwrap();
}

fn tar(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    entries.iter().for_each(|(name, kind, content)| tar_entry(&mut builder, name, *kind, content));
    builder.into_inner().unwrap()
}

fn zip(entries: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, mode, content) in entries {
        let options = zip::write::SimpleFileOptions::default().unix_permissions(*mode);
        if mode & 0o170_000 == 0o120_000 {
            writer.add_symlink(*name, "/etc/passwd", options).unwrap();
        } else {
            writer.start_file(*name, options).unwrap();
            writer.write_all(content).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

struct Laid {
    folder: tempfile::TempDir,
    answer: Result<()>,
}

fn try_template(name: &str, content: &[u8], limits: Limits) -> Laid {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join(name);
    fs::write(&archive, content).unwrap();
    let to = folder.path().join("tree");
    fs::create_dir(&to).unwrap();
    let answer = lay(&to, Some(&archive), limits, &"a.example".parse().unwrap());
    Laid { folder, answer }
}

impl Laid {
    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join("tree").join(path)).unwrap()
    }
}

const FILE: tar::EntryType = tar::EntryType::Regular;

#[test]
fn every_kind_of_template_is_laid_and_completed() {
    let entries: &[(&str, tar::EntryType, &[u8])] = &[
        ("./", tar::EntryType::Directory, b""),
        ("./httpdocs/", tar::EntryType::Directory, b""),
        ("./httpdocs/index.html", FILE, b"<h1>ours</h1>"),
        ("error_docs/404.html", FILE, b"lost"),
        ("anon_ftp/pub/readme.txt", FILE, b"hello"),
    ];
    let tar = tar(entries);
    let zip = zip(&[
        ("httpdocs/index.html", 0o644, b"<h1>ours</h1>"),
        ("error_docs/404.html", 0o644, b"lost"),
        ("anon_ftp/pub/readme.txt", 0o644, b"hello"),
    ]);
    for (name, content) in [("t.tgz", gzip(&tar)), ("t.tar.gz", gzip(&tar)), ("t.tar", tar), ("t.ZIP", zip)] {
        let laid = try_template(name, &content, Limits::default());
        laid.answer.as_ref().unwrap();
        assert_eq!(laid.text("httpdocs/index.html"), "<h1>ours</h1>", "{name}");
        assert_eq!(laid.text("error_docs/404.html"), "lost");
        assert_eq!(laid.text("anon_ftp/pub/readme.txt"), "hello");
        assert!(laid.text("error_docs/403.html").contains("not allowed"), "what is missing comes from ours");
        assert!(laid.folder.path().join("tree/logs").is_dir() && laid.folder.path().join("tree/cgi-bin").is_dir());
    }
}

#[test]
fn a_folder_is_a_template_too() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    fs::create_dir_all(from.join("httpdocs/css")).unwrap();
    fs::create_dir(&to).unwrap();
    fs::write(from.join("httpdocs/css/a.css"), "a{}").unwrap();
    lay(&to, Some(&from), Limits::default(), &"a.example".parse().unwrap()).unwrap();
    assert_eq!(fs::read_to_string(to.join("httpdocs/css/a.css")).unwrap(), "a{}");
    std::os::unix::fs::symlink("/etc/passwd", from.join("httpdocs/link")).unwrap();
    fs::remove_dir_all(&to).unwrap();
    fs::create_dir(&to).unwrap();
    assert!(lay(&to, Some(&from), Limits::default(), &"a.example".parse().unwrap()).is_err());
}

#[test]
fn hostile_archives_are_refused_and_reach_nothing_outside() {
    let x: &[u8] = b"x";
    let one = |name, kind| tar(&[("httpdocs/a", FILE, x), (name, kind, x)]);
    let zipped = |name, mode| zip(&[("httpdocs/a", 0o644, x), (name, mode, x)]);
    let hostile = [
        ("up.tar", one("httpdocs/../../out", FILE)),
        ("top.tar", one("../out", FILE)),
        ("root.tar", one("/tmp/comptoir-out", FILE)),
        ("link.tar", one("httpdocs/l", tar::EntryType::Symlink)),
        ("hard.tar", one("httpdocs/l", tar::EntryType::Link)),
        ("fifo.tar", one("httpdocs/l", tar::EntryType::Fifo)),
        ("device.tar", one("httpdocs/l", tar::EntryType::Block)),
        ("stranger.tar", one("logs/x", FILE)),
        ("file-at-top.tar", one("cgi-bin", FILE)),
        ("twice.tar", one("httpdocs/a", FILE)),
        ("under-a-file.tar", one("httpdocs/a/b", FILE)),
        ("backslash.tar", one("httpdocs\\..\\out", FILE)),
        ("control.tar", one("httpdocs/a\u{1b}b", FILE)),
        ("up.zip", zipped("httpdocs/../../out", 0o644)),
        ("root.zip", zipped("/tmp/comptoir-out", 0o644)),
        ("link.zip", zipped("httpdocs/l", 0o120_777)),
        ("backslash.zip", zipped("..\\out", 0o644)),
        ("garbage.tgz", b"not an archive".to_vec()),
        ("garbage.zip", b"not an archive".to_vec()),
        ("cut.tgz", gzip(&one("httpdocs/b", FILE))[..60].to_vec()),
        ("page.html", b"<html>".to_vec()),
    ];
    for (name, content) in hostile {
        let laid = try_template(name, &content, Limits::default());
        let error = laid.answer.as_ref().expect_err(name);
        assert_eq!((error.kind, error.code.as_ref()), (Kind::InvalidRequest, "template"), "{name}: {error}");
        assert!(!laid.folder.path().join("out").exists() && !Path::new("/tmp/comptoir-out").exists(), "{name}");
    }
}

#[test]
fn an_archive_may_not_grow_beyond_its_limits() {
    let zeros = vec![0; 3 << 20];
    let bomb = tar(&[("httpdocs/zeros", FILE, &zeros)]);
    let limits = Limits { bytes: 3 << 20, entries: 10 };
    try_template("fits.tgz", &gzip(&bomb), limits).answer.unwrap();
    let tight = Limits { bytes: (3 << 20) - 1, ..limits };
    for (name, content) in [("bomb.tgz", gzip(&bomb)), ("bomb.zip", zip(&[("httpdocs/zeros", 0o644, &zeros)]))] {
        assert!(content.len() < 100_000, "it is small when packed");
        assert!(try_template(name, &content, tight).answer.unwrap_err().message.contains("bytes"));
    }
    let many: Vec<_> = (0..11).map(|at| format!("httpdocs/{at}")).collect();
    let entries: Vec<(&str, tar::EntryType, &[u8])> = many.iter().map(|name| (name.as_str(), FILE, &b""[..])).collect();
    assert!(try_template("many.tar", &tar(&entries), limits).answer.unwrap_err().message.contains("entries"));
}

/// A refused template leaves no half-made webspace: the account can be made once the template is mended.
#[tokio::test]
async fn a_refused_template_leaves_no_webspace() {
    let bench = Bench::with(|settings| {
        let archive = settings.root.parent().unwrap().join("t.tar");
        fs::write(&archive, tar(&[("httpdocs/a", FILE, b"x"), ("../out", FILE, b"x")])).unwrap();
        settings.template = Some(archive);
    });
    let desired = account("a", "a.example");
    assert_eq!(bench.apply(&desired).await.unwrap_err().kind, Kind::InvalidRequest);
    assert!(!bench.at("webspaces/a.example").exists());
    fs::write(bench.folder.path().join("t.tar"), tar(&[("httpdocs/a", FILE, b"x")])).unwrap();
    bench.apply(&desired).await.unwrap();
    assert_eq!(bench.text("webspaces/a.example/httpdocs/a"), "x");
}
