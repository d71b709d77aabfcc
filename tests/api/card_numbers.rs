//! The numbers of cards stay nowhere (SEC-03): the real program, logging whatever it can, takes cards in every way and with
//! every outcome; then nothing that it has written or answered holds a number, and no code from the back of a card either.

use crate::api::invoices::{first_client, issued};
use crate::api::payments::{card, pay};
use crate::api::terminal::at_terminal;
use crate::support::site::Site;
use crate::support::world::{PASSWORD, client};
use crate::support::{Actor, Answer, Backend, World};
use comptoir_connectors::payment::fake::MAGIC;
use comptoir_simulators::bluepay::{ACCOUNT, BluePay, SECRET};
use comptoir_simulators::shell::{Running, Trouble};
use serde_json::json;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// What is written on the backs of all of these cards.
const CODE: &str = "9173";
/// What BluePay takes, and a number that is none.
const OTHERS: [&str; 2] = ["4111111111111111", "4242424242424241"];

/// A server that logs all it can.
fn serve(site: &Site) -> (Child, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let log = std::fs::File::create(site.at("log")).unwrap();
    let mut command = site.command(&[
        "serve",
        "--listen",
        &address,
        "--local-gateways",
        "--local-webhooks",
        "--requests-per-minute",
        "1000000",
    ]);
    let child = command.env("COMPTOIR_LOG", "trace").stdout(Stdio::null()).stderr(log).spawn().unwrap();
    let began = Instant::now();
    while TcpStream::connect(&address).is_err() {
        assert!(began.elapsed() < Duration::from_secs(60), "no server: {}", site.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    (child, format!("http://{address}"))
}

fn with_code(number: &str, save: bool) -> serde_json::Value {
    let mut body = card(number);
    body["card"]["code"] = json!(CODE);
    body["save"] = json!(save);
    body
}

/// Cards in every way; what was answered.
fn spend(owner: &Actor) -> Vec<Answer> {
    let mut answers = Vec::new();
    let numbers = MAGIC.iter().map(|row| row.card).chain(OTHERS);
    for (at, number) in numbers.enumerate() {
        let invoice = issued(owner, "USD", &[("1", "21.00")]);
        let body = with_code(number, true);
        answers.push(owner.post_once(&format!("/v1/invoices/{invoice}/pay"), &format!("fake-{at}"), body));
        // the bank of this one takes odd dollars and declines even ones
        for (dollars, key) in [("31.00", "odd"), ("42.00", "even")] {
            let mut body = with_code(number, true);
            body["gateway"] = json!("bluepay");
            let invoice = issued(owner, "USD", &[("1", dollars)]);
            answers.push(owner.post_once(&format!("/v1/invoices/{invoice}/pay"), &format!("blue-{key}-{at}"), body));
        }
        let kept = json!({"client_id": first_client(owner), "method": {"gateway": "fake", "card": with_code(number, false)["card"]}});
        answers.push(owner.post_once("/v1/payment-methods", &format!("kept-{at}"), kept));
        let mut by_hand = at_terminal(number, "21.00");
        by_hand["card"]["code"] = json!(CODE);
        answers.push(owner.post_once("/v1/transactions", &format!("terminal-{at}"), by_hand));
        // wrongly sent: as a number, with blanks, with a field too much, as the name of the gateway
        for (key, place, value) in [
            ("number", "/card/number", json!(number.parse::<u64>().unwrap())),
            (
                "blanks",
                "/card/number",
                json!(number.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")),
            ),
            ("month", "/card/expiry_month", json!(number)),
            ("save", "/save", json!(number)),
            ("gateway", "/gateway", json!(number)),
        ] {
            let mut body = with_code(number, false);
            *body.pointer_mut(place).unwrap() = value;
            let invoice = issued(owner, "USD", &[("1", "21.00")]);
            answers.push(owner.post_once(&format!("/v1/invoices/{invoice}/pay"), &format!("{key}-{at}"), body));
        }
    }
    let mut new = client("north", "Card Ltd", "Carla");
    new["payment_method"] = json!({"gateway": "fake", "card": with_code(MAGIC[0].card, false)["card"]});
    answers.push(owner.post_once("/v1/clients", "carla", new));
    answers
}

/// The ways in which people write a number.
pub fn spellings(number: &str) -> Vec<String> {
    let groups: Vec<_> = number.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    vec![number.into(), groups.join(" "), groups.join("-"), groups.join("+"), groups.join("%20")]
}

/// Which of some words a file or a text holds.
pub fn found(place: &str, text: &[u8], words: &[String]) -> Vec<String> {
    let holds = |word: &&String| text.windows(word.len()).any(|part| part == word.as_bytes());
    words.iter().filter(holds).map(|word| format!("{word} in {place}")).collect()
}

/// The same for all files of a folder.
fn found_below(folder: &Path, words: &[String], seen: &mut usize) -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(found_below(&path, words, seen));
        } else {
            *seen += 1;
            all.extend(found(&path.display().to_string(), &std::fs::read(&path).unwrap(), words));
        }
    }
    all
}

/// Whether a text has the code by itself, not as a part of something longer.
fn has_code(text: &str) -> bool {
    let is_part =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || ".:-_".contains(letter));
    text.match_indices(CODE).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + CODE.len()..]);
        !is_part(before.chars().next_back()) && !is_part(after.chars().next())
    })
}

/// A house with the world in it, served by the real program; and its owner.
pub fn open(backend: Backend) -> (Site, Child, Actor) {
    let world = World::open(backend);
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("bank.jsonl");
    std::fs::copy(&world.server.fake_book, &book).unwrap();
    let World { server, database, .. } = world;
    drop(server);
    database.settle();
    let site = Site::copy(&database, &book);
    let (child, url) = serve(&site);
    (site, child, Actor::stranger(&url).sign_in("admin", "north", "owner@north.example", PASSWORD))
}

/// Where what a house has written holds some words, and in how many files that was looked for.
pub fn leaks(site: &Site, words: &[String]) -> (Vec<String>, usize) {
    let mut seen = 0;
    let mut leaks = found_below(site.at("log").parent().unwrap(), words, &mut seen);
    for (table, rows) in &site.database.digest() {
        leaks.extend(found(table, rows.as_bytes(), words));
    }
    if let comptoir_db::Address::Sqlite(file) = &site.database.address {
        leaks.extend(found_below(file.parent().unwrap(), words, &mut seen));
    }
    (leaks, seen)
}

fn story(backend: Backend) {
    let (site, mut child, owner) = open(backend);
    let hook = TcpListener::bind("127.0.0.1:0").unwrap();
    let hook = json!({"url": format!("http://{}/hook", hook.local_addr().unwrap()), "kinds": []});
    owner.post("/v1/webhook-endpoints", hook).expect(201);
    let bank = Running::start(BluePay::default());
    let settings = json!({"account": ACCOUNT, "secret_key": SECRET, "address": bank.url});
    owner.post("/v1/gateways", json!({"connector": "bluepay", "name": "BluePay", "settings": settings})).expect(201);
    let mut answers = spend(&owner);
    for trouble in [Trouble::FailedAfter, Trouble::DownBefore] {
        bank.trouble(trouble);
        let mut body = with_code(OTHERS[0], true);
        body["gateway"] = json!("bluepay");
        let invoice = issued(&owner, "USD", &[("1", "31.00")]);
        answers.push(owner.post_once(&format!("/v1/invoices/{invoice}/pay"), &format!("{trouble:?}"), body));
    }
    answers.push(pay(&owner, &issued(&owner, "EUR", &[("1", "12.00")]), "4000000000000028", "plain"));
    // some went well, and some did not
    let had = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert!(
        had(200) >= 2 && had(202) >= 5 && had(402) >= 5 && had(422) >= 20 && had(201) >= 5,
        "{:?}",
        answers.iter().map(|one| one.status).collect::<Vec<_>>()
    );
    // what is charged, mailed and told by itself
    site_runs(&site);
    child.kill().unwrap();
    child.wait().unwrap();

    let numbers: Vec<String> = MAGIC.iter().map(|row| row.card).chain(OTHERS).flat_map(spellings).collect();
    let (mut leaks, seen) = leaks(&site, &numbers);
    let tables = site.database.digest();
    for (table, rows) in &tables {
        assert!(!has_code(rows), "the code of a card is in {table}");
    }
    for answer in &answers {
        leaks.extend(found(&format!("the answer to {}", answer.what), answer.text.as_bytes(), &numbers));
    }
    assert_eq!(leaks, [""; 0]);
    let log = site.log();
    assert!(!log.lines().any(has_code), "the code of a card is in the log");
    // the look would have found something: the last digits are there, and the log is one of everything
    assert!(seen >= 3 && found("", tables["payment_methods"].as_bytes(), &["4242".into()]).len() == 1);
    assert!(log.contains("TRACE") && log.contains("/v1/payment-methods"), "{}", &log[..log.len().min(500)]);
}

fn site_runs(site: &Site) {
    for kind in ["process_payment_queue", "process_expired_credit_cards"] {
        site.run(&["events", "run", "--kind", kind]);
    }
}

#[test]
fn on_sqlite() {
    story(Backend::Sqlite);
}

#[test]
fn on_postgres() {
    story(Backend::Postgres);
}

#[test]
fn a_code_alone_is_noticed() {
    assert!(has_code(r#"{"code":"9173"}"#) && has_code("code=9173&x") && !has_code("19173") && !has_code("12:9173.4"));
    let seen = found("here", b"card 4242-4242-4242-4242.", &spellings("4242424242424242"));
    assert_eq!(seen, ["4242-4242-4242-4242 in here"]);
}
