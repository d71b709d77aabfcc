//! Statements of SWIFT (MT940), with the free text of German, Dutch and Polish banks.

mod information;
mod line;

use super::replies::{Limits, malformed, refused};
use chrono::NaiveDate;
use comptoir_domain::bank::{AccountNumber, BankReply, ReplyEntry, ReplyFormat};
use comptoir_domain::{Currency, Money, Result};
use line::Movement;

/// A tag (`61`) and everything up to the next one.
struct Field<'a> {
    tag: &'a str,
    lines: Vec<&'a str>,
}

impl Field<'_> {
    fn first(&self) -> &str {
        self.lines.first().copied().unwrap_or_default().trim_end()
    }
}

/// A statement being read.
#[derive(Default)]
struct Statement {
    account: Option<AccountNumber>,
    number: String,
    opening: Option<Money>,
    closing: Option<Money>,
    closed_on: Option<NaiveDate>,
    movements: Vec<(Movement, String)>,
}

/// Whether a file begins as one: a tag, or the header of the network.
pub(super) fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with(":20:") || text.starts_with("{1:") || text.starts_with(":940:")
}

/// Reads all statements of a file.
pub(super) fn read(text: &str) -> Result<Vec<BankReply>> {
    let mut limits = Limits::new();
    let mut replies = Vec::new();
    let mut open: Option<Statement> = None;
    for field in fields(text) {
        if field.tag == "20" {
            replies.extend(open.take().map(finish).transpose()?);
            open = Some(Statement::default());
            continue;
        }
        let Some(statement) = open.as_mut() else { continue };
        match field.tag {
            "25" => statement.account = AccountNumber::of(field.first()),
            "28C" | "28" => statement.number = field.first().to_owned(),
            "60F" | "60M" => statement.opening = Some(balance(&field)?.0),
            "62F" | "62M" => {
                let (closing, day) = balance(&field)?;
                (statement.closing, statement.closed_on) = (Some(closing), Some(day));
            }
            "61" => {
                limits.entry()?;
                let opening =
                    statement.opening.ok_or_else(|| malformed(":61:", "it stands before the opening balance"))?;
                statement.movements.push((line::read(field.first(), opening.currency())?, String::new()));
            }
            // behind the closing balance it is about the whole statement
            "86" if statement.closing.is_none() => {
                if let Some((_, text)) = statement.movements.last_mut().filter(|(_, text)| text.is_empty()) {
                    *text = field.lines.join("\n");
                }
            }
            _ => {}
        }
    }
    replies.extend(open.take().map(finish).transpose()?);
    Ok(replies)
}

/// The fields of a file. What stands between statements, and the frame of the network, are left out.
fn fields(text: &str) -> Vec<Field<'_>> {
    let mut fields: Vec<Field> = Vec::new();
    let mut within = false;
    for line in text.split('\n').map(|line| line.trim_end_matches('\r')) {
        let line = match line.find("{4:") {
            Some(at) if line.starts_with('{') => line.get(at + 3..).unwrap_or_default(),
            _ => line,
        };
        if line == "-" || line.starts_with("-}") {
            within = false;
        } else if let Some((tag, rest)) = tag(line) {
            fields.push(Field { tag, lines: vec![rest] });
            within = true;
        } else if let Some(field) = fields.last_mut().filter(|_| within) {
            field.lines.push(line);
        }
    }
    fields
}

/// `:28C:236/1` is `28C` and `236/1`.
fn tag(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.strip_prefix(':')?.split_once(':')?;
    let digits = tag.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let shaped = digits && tag.len() <= 3 && tag.bytes().skip(2).all(|byte| byte.is_ascii_uppercase());
    shaped.then_some((tag, rest))
}

/// `C261130EUR1000,00`.
fn balance(field: &Field) -> Result<(Money, NaiveDate)> {
    let text = field.first();
    let read = || {
        let (sign, rest) = text.split_at_checked(1)?;
        let (day, rest) = rest.split_at_checked(6)?;
        let (currency, amount) = rest.split_at_checked(3)?;
        let amount = line::amount(amount, currency.parse::<Currency>().ok()?)?;
        let amount = match sign {
            "C" => amount,
            "D" => amount.negated().ok()?,
            _ => return None,
        };
        Some((amount, NaiveDate::parse_from_str(day, "%y%m%d").ok()?))
    };
    read().ok_or_else(|| malformed(&format!(":{}:", field.tag), "expected a balance such as C261130EUR1000,00"))
}

/// A statement is whole when its balances add up.
fn finish(statement: Statement) -> Result<BankReply> {
    let number = &statement.number;
    let (Some(opening), Some(closing)) = (statement.opening, statement.closing) else {
        return Err(refused("incomplete", format!("statement {number} has no opening or no closing balance")));
    };
    let sum = statement.movements.iter().try_fold(opening, |sum, (movement, _)| sum.plus(movement.amount));
    let off = sum.and_then(|sum| closing.minus(sum)).map_err(|error| refused("unbalanced", error.to_string()))?;
    if !off.is_zero() {
        let detail = format!(
            "statement {number}: {} is missing between opening balance, entries and closing balance",
            off.decimal()
        );
        return Err(refused("unbalanced", detail));
    }
    let day = statement.closed_on.map(|day| day.to_string()).unwrap_or_default();
    let entries: Vec<ReplyEntry> =
        statement.movements.into_iter().map(|(movement, text)| information::entry(movement, &text)).collect();
    Ok(BankReply::new(ReplyFormat::Mt940, format!("{number} {day}"), statement.account, None, entries))
}
