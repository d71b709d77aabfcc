//! Foreign bytes: files of the pages with changes in them, and anything at all. No reader may panic, or take long. The number
//! of cases is that of `PROPTEST_CASES`.

use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const FILES: &[&[u8]] = &[
    fixture!("camt.053.001.02.xml"),
    fixture!("camt.053.001.08.xml"),
    fixture!("camt.054.001.02.xml"),
    fixture!("camt.054.001.08.xml"),
    fixture!("pain.002.001.08.xml"),
    fixture!("statement.mt940"),
    fixture!("norma19-devoluciones.txt"),
];

/// One change of a file.
#[derive(Clone, Debug)]
enum Change {
    Byte(usize, u8),
    Cut(usize, usize),
    Double(usize, usize),
    Insert(usize, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let piece = prop::sample::select(vec![
        "<",
        ">",
        "</",
        "&",
        "&#0;",
        "&#x110000;",
        "<![CDATA[",
        "<!--",
        "]]>",
        "<!DOCTYPE a>",
        ":61:",
        ":86:",
        "\r\n-\r\n",
        "?",
        "EREF+",
        "/RTRN/",
        "é",
        "999999999999999999999",
        "-1",
        "5690",
        "5990",
        "\u{0}",
        "Ccy=\"XXX\"",
    ]);
    let piece = piece.prop_map(|piece| piece.as_bytes().to_vec());
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (any::<usize>(), 0_usize..200).prop_map(|(at, length)| Change::Cut(at, length)),
        (any::<usize>(), 0_usize..400).prop_map(|(at, length)| Change::Double(at, length)),
        (any::<usize>(), piece).prop_map(|(at, piece)| Change::Insert(at, piece)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let place = |at: &usize| at % (bytes.len() + 1);
        match change {
            Change::Byte(at, byte) => {
                let at = place(at);
                if let Some(found) = bytes.get_mut(at) {
                    *found = *byte;
                }
            }
            Change::Cut(at, length) => {
                let at = place(at);
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Change::Double(at, length) => {
                let at = place(at);
                let part = bytes[at..(at + length).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            Change::Insert(at, piece) => {
                let at = place(at);
                bytes.splice(at..at, piece.clone());
            }
        }
    }
    bytes
}

/// Reads, and says how long it took.
fn timed(bytes: &[u8]) -> Duration {
    let began = Instant::now();
    let _ = read_reply(bytes);
    began.elapsed()
}

proptest! {
    #[test]
    fn files_with_changes(file in prop::sample::select(FILES), changes in prop::collection::vec(change(), 1..8)) {
        prop_assert!(timed(&changed(file.to_vec(), &changes)) < Duration::from_secs(2));
    }

    #[test]
    fn any_bytes(start in prop::sample::select(vec![&b""[..], b"<", b":20:", b"{1:", b"519", b"<?xml version='1.0'?><Document>"]), bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(timed(&[start, &bytes].concat()) < Duration::from_secs(2));
    }
}

/// The worst that fits into the limits: read or refused in seconds, also by the unoptimised build of the tests.
#[test]
fn large_files_take_no_longer_than_their_size() {
    let size = 1024 * 1024;
    let fill = |piece: &str| piece.repeat(size / piece.len());
    let attributes: String = (0..size / 12).map(|number| format!(" a{number:07}=''")).collect();
    for (name, file) in [
        ("open elements", fill("<a>")),
        ("attributes", format!("<Document{attributes}/>")),
        ("entities", format!("<Document>{}</Document>", fill("&amp;"))),
        ("comments", format!("<Document>{}</Document>", fill("<!---->"))),
        (
            "words",
            format!(
                ":20:X\n:60F:C261130EUR1,00\n:61:261130C1,00NTRFX\n:86:166?20{}\n:62F:C261130EUR2,00\n",
                fill("EREF+")
            ),
        ),
        (
            "numbered fields",
            format!(":20:X\n:60F:C261130EUR1,00\n:61:261130C1,00NTRFX\n:86:166{}\n:62F:C261130EUR2,00\n", fill("?20")),
        ),
        ("lines", format!(":20:X\n:60F:C261130EUR1,00\n:61:261130C1,00NTRFX\n:86:{}:62F:C261130EUR2,00\n", fill("\n"))),
        ("statements", fill(":20:X\n:60F:C261130EUR1,00\n:62F:C261130EUR1,00\n")),
        ("empty records", format!("519{}", fill("\r\n"))),
        ("one long record", fill("519")),
    ] {
        let took = timed(file.as_bytes());
        assert!(took < Duration::from_secs(5), "{name}: {took:?}");
    }
}
