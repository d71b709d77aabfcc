//! Changes of a genuine input, by chance that can be had again.

use fastrand::Rng;

/// Where changes take from.
pub struct Soil<'a> {
    /// Genuine inputs.
    pub seeds: &'a [Vec<u8>],
    /// What has a meaning in their format.
    pub marks: &'a [&'a str],
}

/// No input becomes longer.
const LONGEST: usize = 1024 * 1024;

/// Longer than any buffer that one might think of, but nothing that takes long to be made.
const LONG: usize = 64 * 1024;

pub const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "null",
    "true",
    "1e999",
    "-0",
    "\\u0000",
    "\\ud800",
    "{\"a\":",
    "[[",
    "\"id\":\"\"",
    "//",
];
pub const XML: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "&",
    "&#0;",
    "&#x110000;",
    "&amp;",
    "&e9;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?x",
    "<!DOCTYPE a>",
    "<a>",
    " Ccy=\"EUR\"",
    " xmlns=\"\"",
    BOMB,
    FROM_OUTSIDE,
];
pub const FORM: &[&str] = &["&", "=", "%", "%00", "%FF", "%2", "+", "|", ";", "&&", "=&", "a=b&", "[]", "*P1*"];
pub const SWIFT: &[&str] = &[
    ":20:",
    ":25:",
    ":60F:",
    ":61:",
    ":62F:",
    ":86:",
    "\r\n-\r\n",
    "{1:",
    "{4:",
    "-}",
    "?20",
    "?",
    "EREF+",
    "/RTRN/",
    "//",
    ",",
    "RC",
];
pub const RECORDS: &[&str] =
    &["519", "539", "569", "589", "599", "\r\n", "\x1a", "Ñ", "0000000000", "                "];
pub const COLUMNS: &[&str] = &[
    ",",
    "\n",
    "\r\n",
    "\"",
    "\"\"",
    ";",
    "\t",
    "pending",
    "lost",
    "EUR",
    "JPY",
    "4242424242424242",
    "2025-02-30",
    "number",
    "\n1001,C9,pending,1,EUR,,\n",
];
pub const MAIL: &[&str] =
    &["\r\n", "250 ", "250-", "334 ", "421 ", "550 ", "999 ", "25", " ", "AUTH PLAIN", "=", "\n", "SMTPUTF8"];
pub const WORDS: &[&str] =
    &[" ", "-", ".", ",", "+", "ES", "DE", "XI", "Z", "é", "٣", "İ", "ﬁ", "\u{200b}", "\0", "9", "00"];

/// Entities that grow.
const BOMB: &str = "<!DOCTYPE a [<!ENTITY e0 'ha'><!ENTITY e1 '&e0;&e0;&e0;&e0;&e0;&e0;&e0;&e0;&e0;&e0;'>\
<!ENTITY e2 '&e1;&e1;&e1;&e1;&e1;&e1;&e1;&e1;&e1;&e1;'><!ENTITY e3 '&e2;&e2;&e2;&e2;&e2;&e2;&e2;&e2;&e2;&e2;'>\
<!ENTITY e4 '&e3;&e3;&e3;&e3;&e3;&e3;&e3;&e3;&e3;&e3;'><!ENTITY e5 '&e4;&e4;&e4;&e4;&e4;&e4;&e4;&e4;&e4;&e4;'>\
<!ENTITY e6 '&e5;&e5;&e5;&e5;&e5;&e5;&e5;&e5;&e5;&e5;'><!ENTITY e9 '&e6;&e6;&e6;&e6;&e6;&e6;&e6;&e6;&e6;&e6;'>]>";
const FROM_OUTSIDE: &str = "<!DOCTYPE a [<!ENTITY e9 SYSTEM 'file:///etc/hostname'>]>";

/// Numbers that do not fit, or just so.
const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "00",
    "1.5",
    "1e9",
    "0.001",
    "127",
    "128",
    "255",
    "256",
    "32768",
    "65536",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999999999999",
    "79228162514264337593543950336",
    "NaN",
    "١٢",
    "",
];

/// No text: broken, overlong, a half, beyond Unicode, a mark of the order of bytes.
const NO_TEXT: &[&[u8]] = &[
    b"\xff",
    b"\xc0\xaf",
    b"\xe2\x82",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf",
    b"\0",
    b"\x80",
    b"\xfe\xff",
];

type Change = fn(&mut Rng, &mut Vec<u8>, &Soil<'_>);

/// All of them, the frequent ones more than once.
const CHANGES: &[Change] = &[
    |chance, bytes, _| flip(chance, bytes),
    |chance, bytes, _| flip(chance, bytes),
    |chance, bytes, _| set(chance, bytes),
    cut,
    cut,
    end,
    double,
    splice,
    mark,
    mark,
    mark,
    number,
    number,
    word,
    word,
    no_text,
    much,
    deep,
    again,
];

/// A genuine input with one to eight changes.
pub fn changed(chance: &mut Rng, soil: &Soil<'_>) -> Vec<u8> {
    let bytes = chance.choice(soil.seeds).unwrap().clone();
    change(chance, bytes, soil)
}

/// The same of a given one.
pub fn change(chance: &mut Rng, mut bytes: Vec<u8>, soil: &Soil<'_>) -> Vec<u8> {
    for _ in 0..1 << chance.u8(0..4) {
        CHANGES[chance.usize(..CHANGES.len())](chance, &mut bytes, soil);
        bytes.truncate(LONGEST);
    }
    bytes
}

/// A place, and the end of a piece that begins there; most are short.
fn piece(chance: &mut Rng, bytes: &[u8]) -> std::ops::Range<usize> {
    let from = chance.usize(..=bytes.len());
    let most = [4, 40, 400, LONGEST][chance.usize(..4)];
    from..(from + chance.usize(..=most)).min(bytes.len())
}

fn insert(chance: &mut Rng, bytes: &mut Vec<u8>, new: &[u8]) {
    let at = chance.usize(..=bytes.len());
    bytes.splice(at..at, new.iter().copied());
}

fn flip(chance: &mut Rng, bytes: &mut [u8]) {
    if !bytes.is_empty() {
        let at = chance.usize(..bytes.len());
        bytes[at] ^= 1 << chance.u8(..8);
    }
}

fn set(chance: &mut Rng, bytes: &mut [u8]) {
    if !bytes.is_empty() {
        let at = chance.usize(..bytes.len());
        bytes[at] = chance.u8(..);
    }
}

fn cut(chance: &mut Rng, bytes: &mut Vec<u8>, _: &Soil<'_>) {
    let piece = piece(chance, bytes);
    bytes.drain(piece);
}

fn end(chance: &mut Rng, bytes: &mut Vec<u8>, _: &Soil<'_>) {
    bytes.truncate(chance.usize(..=bytes.len()));
}

/// A piece of it once more, there or elsewhere.
fn double(chance: &mut Rng, bytes: &mut Vec<u8>, _: &Soil<'_>) {
    let twice = bytes[piece(chance, bytes)].to_vec();
    insert(chance, bytes, &twice);
}

/// The beginning of this one and the end of another.
fn splice(chance: &mut Rng, bytes: &mut Vec<u8>, soil: &Soil<'_>) {
    let other = chance.choice(soil.seeds).unwrap();
    end(chance, bytes, soil);
    bytes.extend_from_slice(&other[chance.usize(..=other.len())..]);
}

fn mark(chance: &mut Rng, bytes: &mut Vec<u8>, soil: &Soil<'_>) {
    let mark = chance.choice(soil.marks).unwrap().as_bytes();
    // what begins a document is worth trying at its beginning
    if chance.u8(..4) == 0 {
        bytes.splice(0..0, mark.iter().copied());
    } else {
        insert(chance, bytes, mark);
    }
}

/// The run of bytes around a place that are of one kind.
fn run(bytes: &[u8], at: usize, kind: fn(&u8) -> bool) -> std::ops::Range<usize> {
    let from = bytes[..at].iter().rposition(|byte| !kind(byte)).map_or(0, |before| before + 1);
    let to = bytes[at..].iter().position(|byte| !kind(byte)).map_or(bytes.len(), |length| at + length);
    from..to
}

/// Another number in the place of one.
fn number(chance: &mut Rng, bytes: &mut Vec<u8>, _: &Soil<'_>) {
    let start = chance.usize(..=bytes.len());
    let Some(at) = bytes[start..].iter().position(u8::is_ascii_digit).map(|at| at + start) else { return };
    let other = chance.choice(NUMBERS).unwrap();
    bytes.splice(run(bytes, at, u8::is_ascii_digit), other.bytes());
}

/// A word of another place in the place of one.
fn word(chance: &mut Rng, bytes: &mut Vec<u8>, soil: &Soil<'_>) {
    let other = chance.choice(soil.seeds).unwrap();
    if bytes.is_empty() || other.is_empty() {
        return;
    }
    let new = run(other, chance.usize(..other.len()), u8::is_ascii_alphanumeric);
    let old = run(bytes, chance.usize(..bytes.len()), u8::is_ascii_alphanumeric);
    bytes.splice(old, other[new].iter().copied());
}

fn no_text(chance: &mut Rng, bytes: &mut Vec<u8>, _: &Soil<'_>) {
    let wrong = chance.choice(NO_TEXT).unwrap();
    insert(chance, bytes, wrong);
}

/// One byte, or a mark, again and again.
fn much(chance: &mut Rng, bytes: &mut Vec<u8>, soil: &Soil<'_>) {
    let letter = [b'9', b' ', b'A', b'\n', 0][chance.usize(..5)];
    let many = match chance.bool() {
        true => vec![letter; chance.usize(..LONG)],
        false => chance.choice(soil.marks).unwrap().repeat(chance.usize(..1000)).into_bytes(),
    };
    insert(chance, bytes, &many);
}

/// Something inside of itself, thousands of times.
fn deep(chance: &mut Rng, bytes: &mut Vec<u8>, _: &Soil<'_>) {
    let open = ["[", "{\"a\":", "<a>", "(", "<a xmlns:b=''>", "%25"][chance.usize(..6)];
    let nest = open.repeat(chance.usize(..20_000));
    insert(chance, bytes, nest.as_bytes());
}

/// A piece of it many times.
fn again(chance: &mut Rng, bytes: &mut Vec<u8>, _: &Soil<'_>) {
    let piece = piece(chance, bytes);
    let most = LONG / piece.len().max(1);
    let many = bytes[piece].repeat(chance.usize(..=most.min(5_000)));
    insert(chance, bytes, &many);
}

#[test]
fn the_same_chance_makes_the_same_changes() {
    let seeds = vec![br#"{"id":"evt_1","amount":1210}"#.to_vec(), b"<a Ccy='EUR'>12.10</a>".to_vec()];
    let soil = Soil { seeds: &seeds, marks: JSON };
    let of = |seed| -> Vec<Vec<u8>> {
        let mut chance = Rng::with_seed(seed);
        (0..500).map(|_| changed(&mut chance, &soil)).collect()
    };
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
    let all = of(7);
    assert!(all.iter().all(|bytes| bytes.len() <= LONGEST) && all.iter().any(|bytes| bytes.len() > LONG));
    let whole = all.iter().filter(|bytes| seeds.contains(bytes)).count();
    assert!(whole < 25, "{whole} of 500 are not changed");
}
