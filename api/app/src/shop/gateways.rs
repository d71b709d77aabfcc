//! The gateways of a store, as its pages offer them.

use super::visit::Visit;
use crate::gateways::ready::Ready;
use crate::kernel::ApiError;
use crate::kernel::call::Ctx;
use comptoir_connectors::payment::Entry;
use comptoir_db::{Db, Failure};
use comptoir_domain::Locale;
use comptoir_domain::gateways::GatewayCode;
use comptoir_storefront::pages::Choice;
use std::collections::BTreeMap;

/// The gateways of the store that can be paid by now, in its order.
pub async fn offered(visit: &Visit) -> Result<Vec<(GatewayCode, Ready)>, ApiError> {
    let (gateways, store) = (visit.state().gateways.clone(), visit.store.clone());
    let find = move |db: &mut Db, ctx: &Ctx| {
        let mut offered = Vec::new();
        for code in store.gateways.0 {
            match gateways.find(db, ctx.scope, code.as_str()) {
                Ok(ready) => {
                    offered.extend(ready.filter(|ready| ready.takes(store.currency)).map(|ready| (code, ready)));
                }
                // one that is set up wrongly is not offered; the seller sees why when it is tested
                Err(Failure::Refused(problem)) => tracing::error!(%code, %problem, "a gateway is not offered"),
                Err(failure) => return Err(failure),
            }
        }
        Ok(offered)
    };
    visit.desk.read(find).await
}

/// The same as choices of a form.
pub async fn payments(visit: &Visit) -> Result<Vec<Choice>, ApiError> {
    let choice = |(code, ready): &(GatewayCode, Ready)| {
        let note = match &ready.row {
            Some(_) if asks_for_card(ready) => "card",
            Some(_) if ready.gateway.debits().is_some() => "account",
            Some(_) if !code.is_awaited() => "page",
            _ => code.as_str(),
        };
        let note = visit.text(&format!("payment.{note}.note"), &[]);
        Choice { value: code.to_string(), label: label(visit, *code, ready), note: Some(note) }
    };
    Ok(offered(visit).await?.iter().map(choice).collect())
}

/// Whether cards are entered in the store.
pub fn asks_for_card(ready: &Ready) -> bool {
    ready.gateway.entries().contains(&Entry::Card)
}

/// What a gateway is called in the reader's language: as the seller says, else as the store does.
pub fn label(visit: &Visit, code: GatewayCode, ready: &Ready) -> String {
    let own = ready.row.as_ref().map(|row| worded(&row.labels.0, visit.locale).unwrap_or(&row.name));
    match own {
        Some(own) if !code.is_awaited() => own.into(),
        Some(own) if ready.row.as_ref().is_some_and(|row| !row.labels.0.is_empty()) => own.into(),
        _ => visit.text(&format!("payment.{code}"), &[]),
    }
}

/// The words for a locale, or for another one of its language, or any.
fn worded(labels: &BTreeMap<Locale, String>, locale: Locale) -> Option<&String> {
    let of_language = || labels.iter().find(|(known, _)| known.language() == locale.language()).map(|(_, label)| label);
    labels.get(&locale).or_else(of_language).or_else(|| labels.values().next())
}
