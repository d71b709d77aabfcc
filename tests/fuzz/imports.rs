//! What gateways that are gone have left behind, as CSV and as JSON.

use crate::change::{COLUMNS, JSON, Soil, changed};
use crate::hold::{Said, alone, hold};
use comptoir_domain::gateways::imports::{FileOf, GatewayImport, Placed, Rows, TransactionImport, understand};
use comptoir_domain::{Check, Problem};

/// What nobody may be told again, wherever in a file it stands.
const CARD: &str = "4242424242424242";

const METHODS: &str = "client,brand,last_four,expiry_month,expiry_year,token\n\
    1001,visa,4242,12,2027,C242720181323966504820\n1002, mastercard ,4444,1,2028,\"C2427 \"\"7\"\"\"\n";
const TRANSACTIONS: &str = "client,reference,state,amount,currency,begun_on,comment\n\
    1001,C305830112714411123351,pending,12.10,EUR,2025-12-30,\"two\nlines\"\n1002,C2,captured,5,JPY,,\n1003,C3,authorised,0.01,USD,,x\n";
const BODY: &str = r#"{"methods":[{"client":"1001","brand":"visa","last_four":"4242","expiry_month":12,"expiry_year":2027,"token":"C7"}],
    "transactions":[{"client":"1001","reference":"C1","state":"pending","amount":{"amount":"12.10","currency":"EUR"},"begun_on":"2025-12-30"}]}"#;

/// What rows say, if nothing is wrong with them by themselves. No row is a card.
fn said(rows: Result<Rows, Problem>) -> Said {
    let checked = rows.and_then(|rows| {
        let mut check = Check::new();
        rows.check(&mut check, "2026-03-31".parse().unwrap());
        check.done().map(|()| rows)
    });
    let rows = match checked {
        Ok(rows) => rows,
        Err(problem) => return Said::Refused(format!("{problem:?}")),
    };
    let methods = rows.methods.iter().map(|one| format!("{} {} {}", one.at, one.row.label(), one.row.token));
    let transaction = |Placed { at, row }: &Placed<TransactionImport>| {
        assert!(row.amount.minor() > 0 && row.reference != CARD, "{at}");
        format!("{at} {} {} {}", row.reference, row.state, row.amount)
    };
    let words: Vec<String> = methods.chain(rows.transactions.iter().map(transaction)).collect();
    assert!(rows.methods.iter().all(|one| one.row.token != CARD));
    Said::Accepted(words.join("\n"))
}

#[test]
fn imported_files() {
    let _turn = alone();
    let kinds = [(FileOf::Methods, METHODS), (FileOf::Transactions, TRANSACTIONS)];
    for (of, text) in kinds {
        assert!(matches!(said(understand(of, text.as_bytes())), Said::Accepted(_)), "{text}");
    }
    let seeds: Vec<Vec<u8>> = kinds.iter().map(|(_, text)| text.as_bytes().to_vec()).collect();
    let make = |chance: &mut fastrand::Rng| {
        let (of, _) = *chance.choice(&kinds).unwrap();
        (of, changed(chance, &Soil { seeds: &seeds, marks: COLUMNS }))
    };
    let read = |(of, bytes): &(FileOf, Vec<u8>)| {
        let said = said(understand(*of, bytes));
        assert!(!matches!(&said, Said::Refused(why) if why.contains(CARD)), "{said:?}");
        said
    };
    hold("imported_files", 400, make, |(_, bytes)| bytes.clone(), read);
}

/// The worst that there is of a size: lines without end, columns without end, a quote that nothing closes, wrong lines only.
#[test]
fn imported_worst() {
    let _turn = alone();
    const SIZE: usize = 1024 * 1024;
    let names = METHODS.lines().next().unwrap();
    let files = ["\n", ",", "\"", "\"\"", "a\n", "1001,visa,4242,12,2027,C7\n", "1001,visa,4242,13,x,C7\n", "\r"]
        .map(|piece| [format!("{names}\n{}", piece.repeat(SIZE / piece.len())), piece.repeat(SIZE / piece.len())]);
    let most = format!("{names}\n{}", "1001,visa,4242,12,2027,C7\n".repeat(5_000));
    let files = [files.as_flattened(), &[most]].concat();
    let mut next = files.iter().cycle();
    let usual = u64::try_from(files.len()).unwrap();
    let bytes = |file: &&String| file.as_bytes().to_vec();
    hold(
        "imported_worst",
        usual,
        |_| next.next().unwrap(),
        bytes,
        |file| said(understand(FileOf::Methods, file.as_bytes())),
    );
}

#[test]
fn imported_bodies() {
    let _turn = alone();
    let seeds = [BODY.as_bytes().to_vec()];
    let read = |bytes: &Vec<u8>| match serde_json::from_slice::<GatewayImport>(bytes) {
        Ok(import) => said(Rows::of(import)),
        Err(error) => Said::Refused(error.to_string()),
    };
    assert!(matches!(read(&seeds[0]), Said::Accepted(_)));
    let soil = Soil { seeds: &seeds, marks: JSON };
    hold("imported_bodies", 300, |chance| changed(chance, &soil), Vec::clone, read);
}
