//! The same rows as a file: CSV, with the names of the columns in its first line. What is wrong is named by its line.

use super::{Placed, Rows, TransactionImport};
use crate::payments::ImportedState;
use crate::{Check, Code, Currency, Money, Problem};
use chrono::NaiveDate;
use serde::de::DeserializeOwned;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileOf {
    /// Stored cards.
    Methods,
    /// Open transactions.
    Transactions,
}

/// So many lines are taken over at once.
const MOST: usize = 5000;

/// A transaction as a line: its amount is two columns.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct TransactionLine {
    client: String,
    reference: String,
    state: ImportedState,
    amount: String,
    currency: Currency,
    #[serde(default)]
    begun_on: Option<NaiveDate>,
    #[serde(default)]
    comment: Option<String>,
}

/// Reads a file; says of every line that is wrong why.
pub fn understand(of: FileOf, bytes: &[u8]) -> Result<Rows, Problem> {
    let mut check = Check::new();
    let rows = match of {
        FileOf::Methods => Rows { methods: lines(bytes, &mut check)?, ..Rows::default() },
        FileOf::Transactions => {
            let found: Vec<Placed<TransactionLine>> = lines(bytes, &mut check)?;
            let transactions = found.into_iter().filter_map(|line| transaction(line, &mut check)).collect();
            Rows { transactions, ..Rows::default() }
        }
    };
    check.done()?;
    Ok(rows)
}

fn transaction(line: Placed<TransactionLine>, check: &mut Check) -> Option<Placed<TransactionImport>> {
    let Placed { at, row } = line;
    let TransactionLine { client, reference, state, amount, currency, begun_on, comment } = row;
    match Money::parse(&amount, currency) {
        Ok(amount) => {
            let comment = comment.unwrap_or_default();
            Some(Placed { at, row: TransactionImport { client, reference, state, amount, begun_on, comment } })
        }
        Err(error) => {
            check.refuse(&format!("{at}/amount"), "invalid", error.to_string());
            None
        }
    }
}

fn lines<T: DeserializeOwned>(bytes: &[u8], check: &mut Check) -> Result<Vec<Placed<T>>, Problem> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let headers = reader.headers().map_err(|error| Problem::new(Code::MalformedBody, error.to_string()))?.clone();
    let mut rows = Vec::new();
    for (count, record) in reader.records().enumerate() {
        if count == MOST {
            check.refuse("/lines", "too_many", "at most 5000 lines at once");
            break;
        }
        let found = record.and_then(|record| {
            let at = record.position().map_or(0, csv::Position::line);
            Ok(Placed { at: format!("/lines/{at}"), row: record.deserialize(Some(&headers))? })
        });
        match found {
            Ok(row) => rows.push(row),
            Err(error) => check.refuse(&place(&error), "invalid", why(&error)),
        }
    }
    Ok(rows)
}

fn place(error: &csv::Error) -> String {
    format!("/lines/{}", error.position().map_or(0, csv::Position::line))
}

/// What is wrong, without what the line says: a column may hold what must not be shown.
fn why(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => match err.field() {
            Some(field) => format!("column {} cannot be understood", field + 1),
            None => "its columns are not those that are expected".into(),
        },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("{len} columns in place of {expected_len}"),
        csv::ErrorKind::Utf8 { .. } => "not UTF-8".into(),
        _ => "cannot be read".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &str = "client,reference,state,amount,currency,begun_on,comment";

    fn places(of: FileOf, text: &str) -> Vec<String> {
        let problem = understand(of, text.as_bytes()).err().unwrap();
        problem.fields.into_iter().map(|field| field.pointer).collect()
    }

    #[test]
    fn lines_are_numbered_as_editors_do() {
        let text =
            format!("{NAMES}\n1001, C1 ,pending,12.10,EUR,2025-12-30,\"two\nlines\"\n1002,C2,captured,5,JPY,,\n");
        let rows = understand(FileOf::Transactions, text.as_bytes()).unwrap().transactions;
        let seen: Vec<_> =
            rows.iter().map(|one| (one.at.as_str(), one.row.reference.as_str(), one.row.amount.minor())).collect();
        assert_eq!(seen, [("/lines/2", "C1", 1_210), ("/lines/4", "C2", 5)]);
        assert_eq!((rows[0].row.begun_on, rows[0].row.comment.as_str()), ("2025-12-30".parse().ok(), "two\nlines"));
    }

    #[test]
    fn every_line_that_is_wrong_is_named() {
        let text =
            format!("{NAMES}\n1001,C1,lost,1,EUR,,\n1001,C2,pending,1.001,EUR,,\n1001,C3,pending,1,EUR,,\n1001,C4\n");
        assert_eq!(places(FileOf::Transactions, &text), ["/lines/2", "/lines/5", "/lines/3/amount"]);
        let text = "client,brand,last_four,expiry_month,expiry_year,token,number\n1001,visa,4242,12,2027,C1,4242424242424242\n";
        assert_eq!(places(FileOf::Methods, text), ["/lines/2"]);
    }
    /// Wrong lines count like others: a file of nothing else has no longer answer.
    #[test]
    fn lines_are_counted() {
        let lines = |count: usize| format!("{NAMES}\n{}", "1001,C1\n".repeat(count));
        assert_eq!(places(FileOf::Transactions, &lines(5_000)).len(), 5_000);
        let more = places(FileOf::Transactions, &lines(20_000));
        assert_eq!((more.len(), more.last().map(String::as_str)), (5_001, Some("/lines")));
    }
}
