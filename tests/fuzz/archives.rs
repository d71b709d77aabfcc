//! Templates of webspaces, which people upload as archives.

use crate::change::{Soil, WORDS, changed};
use crate::hold::{Said, alone, hold};
use comptoir_connectors::panel::builtin::{BuiltinHost, Limits, Nameserver, Settings};
use comptoir_connectors::panel::{Account, HostingPanel, State};
use std::io::Write;
use std::path::Path;

const FILES: &[(&str, &str)] =
    &[("httpdocs/index.html", "<h1>ours</h1>"), ("error_docs/404.html", "lost"), ("cgi-bin/a/b/c.cgi", "#!/bin/sh\n")];

fn tar() -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, text) in FILES {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len().try_into().unwrap());
        header.set_mode(0o755);
        archive.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zip() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in FILES {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Lays a webspace in an empty house; nothing may stand outside of it afterwards.
fn lay(house: &Path, runtime: &tokio::runtime::Runtime, name: &str, archive: &[u8]) -> Said {
    drop(std::fs::remove_dir_all(house));
    std::fs::create_dir_all(house).unwrap();
    let template = house.join(name);
    std::fs::write(&template, archive).unwrap();
    let host = BuiltinHost::open(Settings {
        root: house.join("root"),
        listen: vec!["127.0.0.1:80".parse().unwrap()],
        addresses: vec!["192.0.2.1".parse().unwrap()],
        nameservers: vec![nameserver()],
        hostmaster: "hostmaster@shop.example".into(),
        php_socket: None,
        template: Some(template),
        limits: Limits { entries: 200, bytes: 256 * 1024 },
        reload: Vec::new(),
    });
    let account = Account {
        id: "acc-7".parse().unwrap(),
        domain: "a.example".parse().unwrap(),
        system_user: "web7".parse().unwrap(),
        script_php: false,
        disk_limit: None,
        state: State::Active,
    };
    let laid = runtime.block_on(host.unwrap().apply(&account, "2026-03-31T12:00:00Z".parse().unwrap()));
    let mut around: Vec<_> = std::fs::read_dir(house).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    around.sort();
    assert_eq!(around, ["root", name]);
    Said::of(laid)
}

#[test]
fn archives() {
    let _turn = alone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    let kinds = [("tree.tar", vec![tar()]), ("tree.tgz", vec![gzip(&tar())]), ("tree.zip", vec![zip()])];
    let make = |chance: &mut fastrand::Rng| {
        let (name, seeds) = chance.choice(&kinds).unwrap();
        // what is packed is changed before it is packed, too
        let inside = *name == "tree.tgz" && chance.bool();
        let soil = Soil { seeds: if inside { &kinds[0].1 } else { seeds }, marks: WORDS };
        let bytes = changed(chance, &soil);
        (*name, if inside { gzip(&bytes) } else { bytes })
    };
    hold("archives", 150, make, |(_, bytes)| bytes.clone(), |(name, bytes)| lay(&house, &runtime, name, bytes));
}

fn nameserver() -> Nameserver {
    Nameserver { name: "ns1.shop.example".parse().unwrap(), addresses: Vec::new() }
}
