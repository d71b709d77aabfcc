//! From settings, which are texts, to what they stand for. Whatever is wrong names its setting.

use super::fill::unknown;
use crate::bank::BatchFile;
use crate::error::{ConnectorError, Kind, Result};
use crate::settings::{Field, Values};
use chrono::NaiveTime;
use comptoir_domain::Check;
use comptoir_domain::bank::{BankTerms, Unreadable};
use std::ops::RangeInclusive;

/// No debit may be sent earlier than 14 days before it is due, which is ten days on which banks work.
const MOST_LEAD_DAYS: u32 = 10;

/// A quarter of a year.
const MOST_NOTICE_DAYS: u32 = 90;

/// Thirteen months: after that nothing comes back, not even what was never allowed.
const MOST_SETTLE_DAYS: u32 = 400;

/// What a setting says, if it is filled in.
pub(super) fn given<T>(
    values: &Values,
    name: &'static str,
    parse: impl Fn(&str) -> Result<T, Unreadable>,
) -> Result<Option<T>> {
    let text = Some(values.text(name)).filter(|text| !text.is_empty());
    text.map(|text| parse(text).map_err(|found| ConnectorError::invalid(name, found.detail))).transpose()
}

/// A whole number, if it is filled in.
fn number(values: &Values, name: &'static str, within: RangeInclusive<u32>) -> Result<Option<u32>> {
    let text = values.text(name);
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| digits && within.contains(number));
    let wanted = || format!("expected a number from {} to {}", within.start(), within.end());
    number.map(Some).ok_or_else(|| ConnectorError::invalid(name, wanted()))
}

/// What the bank wants and payers were promised, where nothing is said as usual. `least` is what no bank can do without.
pub(super) fn terms(values: &Values, least: u32, usual: BankTerms) -> Result<BankTerms> {
    let cut_off = values.text("cut_off");
    let time = NaiveTime::parse_from_str(cut_off, "%H:%M").ok();
    if time.is_none() && !cut_off.is_empty() {
        return Err(ConnectorError::invalid("cut_off", "expected a time of day such as 15:00"));
    }
    Ok(BankTerms {
        lead_days: number(values, "lead_days", least..=MOST_LEAD_DAYS)?.unwrap_or(usual.lead_days),
        cut_off: time.or(usual.cut_off),
        notice_days: number(values, "notice_days", 0..=MOST_NOTICE_DAYS)?.unwrap_or(usual.notice_days),
    })
}

/// After how many settling days silence means paid; never, if nothing is said.
pub(super) fn settle_days(values: &Values) -> Result<Option<u32>> {
    number(values, "settle_days", 0..=MOST_SETTLE_DAYS)
}

/// What a word stands for; the first, if nothing is said.
pub(super) fn choice<T: Copy>(values: &Values, name: &'static str, words: &[(&str, T)]) -> Result<T> {
    let text = values.text(name);
    let found = words.iter().find(|(word, _)| text.is_empty() || *word == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        ConnectorError::invalid(name, format!("expected one of {}", words.join(", ")))
    })
}

/// The texts of the fields whose names begin so, each in its place, up to the last that says something. The number of the
/// invoice, if none does.
pub(super) fn texts(values: &Values, fields: &'static [Field], prefix: &str) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for field in fields.iter().filter(|field| field.name.starts_with(prefix)) {
        let text = values.text(field.name);
        if let Some(name) = unknown(text) {
            return Err(ConnectorError::invalid(field.name, format!("there is no {{{name}}} to fill in")));
        }
        texts.push(text.to_owned());
    }
    let used = texts.iter().rposition(|text| !text.is_empty()).map_or(0, |last| last + 1);
    texts.truncate(used);
    Ok(if texts.is_empty() { vec!["{invoice}".into()] } else { texts })
}

/// A name that the format can hold.
pub(super) fn name(values: &Values, setting: &'static str, file: &dyn BatchFile) -> Result<String> {
    let name = values.text(setting);
    let mut check = Check::new();
    file.check_name(&mut check, &format!("/{setting}"), name);
    settled(check)?;
    Ok(name.to_owned())
}

/// Refuses by the first thing that was found, whose place is a setting.
pub(super) fn settled(check: Check) -> Result<()> {
    check.done().map_err(|problem| match problem.fields.into_iter().next() {
        Some(found) => {
            let setting = found.pointer.trim_start_matches('/').to_owned();
            ConnectorError::new(Kind::InvalidRequest, setting, found.detail)
        }
        None => ConnectorError::invalid("settings", problem.detail),
    })
}
