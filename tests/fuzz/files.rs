//! What banks answer in files.

use crate::change::{RECORDS, SWIFT, Soil, XML, changed};
use crate::hold::{Said, alone, hold};
use comptoir_connectors::bank::read_reply;

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/src/bank/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files of the format pages, as they are and with changes.
fn files(reader: &str, usual: u64, names: &[&str], marks: &[&str]) {
    let _turn = alone();
    let seeds: Vec<Vec<u8>> = names.iter().map(|name| fixture(name)).collect();
    for (seed, name) in seeds.iter().zip(names) {
        assert!(read_reply(seed).is_ok(), "{name}");
    }
    let soil = Soil { seeds: &seeds, marks };
    hold(reader, usual, |chance| changed(chance, &soil), Vec::clone, |file| Said::of(read_reply(file)));
}

#[test]
fn bank_xml() {
    let names = [
        "camt.053.001.02.xml",
        "camt.053.001.08.xml",
        "camt.054.001.02.xml",
        "camt.054.001.08.xml",
        "pain.002.001.08.xml",
    ];
    files("bank_xml", 400, &names, XML);
}

#[test]
fn bank_mt940() {
    files("bank_mt940", 300, &["statement.mt940"], SWIFT);
}

#[test]
fn bank_norma19() {
    files("bank_norma19", 200, &["norma19-devoluciones.txt"], RECORDS);
}

/// The worst that there is of a size: as much work for a reader as its bytes can make.
#[test]
fn bank_worst() {
    let _turn = alone();
    const SIZE: usize = 256 * 1024;
    let fill = |piece: &str| piece.repeat(SIZE / piece.len());
    let attributes: String = (0..SIZE / 12).map(|number| format!(" a{number:07}=''")).collect();
    let statement =
        |text: String| format!(":20:X\n:60F:C261130EUR1,00\n:61:261130C1,00NTRFX\n:86:{text}\n:62F:C261130EUR2,00\n");
    let statements = [
        fill("<a>"),
        fill("<a/>"),
        format!("<Document>{}</Document>", fill("<a/>")),
        format!("<Document{attributes}/>"),
        format!("<Document>{}</Document>", fill("&amp;")),
        format!("<Document>{}</Document>", fill("<!---->")),
        statement(format!("166?20{}", fill("EREF+"))),
        statement(format!("166{}", fill("?20"))),
        statement(fill("/EREF/")),
        statement(fill("\n")),
        fill(":20:X\n:60F:C261130EUR1,00\n:62F:C261130EUR1,00\n"),
        format!("519{}", fill("\r\n")),
        fill("519"),
    ];
    let mut next = statements.iter().cycle();
    let usual = u64::try_from(statements.len()).unwrap();
    let bytes = |file: &&String| file.as_bytes().to_vec();
    hold("bank_worst", usual, |_| next.next().unwrap(), bytes, |file| Said::of(read_reply(file.as_bytes())));
}
