//! ProcessExpiredCreditCards (EVT-02): writes to the owners of cards that end, once for each card and its last month, and
//! puts a card that has ended and is still to be charged before a person.

use crate::bank::lapse;
use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::sweep::Sweep;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::mails::{Mail, enqueue};
use crate::payment_methods::payers::{Payers, names};
use crate::todos::{Todo, raise};
use chrono::NaiveDate;
use comptoir_db::contacts::ContactRow;
use comptoir_db::events::EventRow;
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::subscriptions::SubscriptionRow;
use comptoir_db::{Db, Outcome, mails, todos};
use comptoir_domain::PaymentMethodId;
use comptoir_domain::card_expiry::{last_month, parts_of_label, told_since, told_through};
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::mails::MailKind;
use comptoir_domain::todos::TodoKind;
use serde_json::{Value, json};

/// Cards in one transaction.
const CHUNK: i64 = 200;

const ENDING: Sweep<PaymentMethodId> = Sweep {
    trouble: "A card that expires could not be told about",
    page: |db, ctx, after| {
        let rows = payment_methods::ending(db, ctx.scope, told_through(ctx.today()), after, CHUNK)?;
        Ok(rows.iter().map(|row| row.id).collect())
    },
    work: write,
};

/// Looks at the cards and mandates of one seller or of all.
pub async fn process_expired_credit_cards(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let cards = ENDING.run(state, event).await?.done;
    Ok(json!({ "told": cards + lapse::LAPSING.run(state, event).await?.done }))
}

/// A card that ends, and what is to be done about it.
struct Ending {
    method: PaymentMethodRow,
    ends_on: NaiveDate,
    /// Who is written to, if nobody was yet.
    owner: Option<ContactRow>,
    /// What would be charged to it although it has ended.
    unpaid: Vec<SubscriptionRow>,
}

impl Ending {
    fn mail_key(method: &PaymentMethodRow) -> String {
        let month = method.expires_on.map(|day| day.to_string()).unwrap_or_default();
        format!("{}:{}:{month}", MailKind::CardExpiry, method.id)
    }

    fn mail(&self) -> Option<Mail<'_>> {
        let owner = self.owner.as_ref()?;
        let (kind, four) = parts_of_label(&self.method.label);
        let (month, year) = last_month(self.ends_on);
        Some(Mail {
            kind: MailKind::CardExpiry,
            unique_key: Self::mail_key(&self.method),
            recipient: &owner.email,
            locale: owner.locale,
            format: owner.mail_format,
            variables: json!({ "billingCardType": kind, "billingAccountNumLastFour": four,
                "billingCardExpMonth": format!("{month:02}"), "billingCardExpYear": year.to_string() }),
        })
    }

    fn todo(&self) -> Option<Todo> {
        (!self.unpaid.is_empty()).then(|| Todo {
            unique_key: todo_key(self.method.id),
            kind: TodoKind::CardExpired,
            title: format!("Card expired: {}", self.method.label),
            detail: format!(
                "It cannot be charged since {}, and subscriptions are paid with it: {}. Ask its owner for another one.",
                self.ends_on,
                names(&self.unpaid)
            ),
            subject_id: self.method.client_id.to_string(),
        })
    }
}

/// The key of the to-do about a card that has ended.
pub fn todo_key(method: PaymentMethodId) -> String {
    format!("card_expired:{method}")
}

/// What is to be done about some cards; reads only.
fn decide(db: &mut Db, ctx: &Ctx, ids: &[PaymentMethodId]) -> Outcome<Vec<Ending>> {
    let methods = payment_methods::some(db, ctx.scope, ids)?;
    let payers = Payers::load(db, ctx, methods.iter().map(|row| row.client_id))?;
    let written = mails::known(db, ctx.scope, &Vec::from_iter(methods.iter().map(Ending::mail_key)))?;
    let ending = methods.iter().filter_map(|method| {
        let ends_on = method.expires_on?;
        let unpaid = if ends_on <= ctx.today() { payers.pay_with(method) } else { Vec::new() };
        let is_news = ends_on > told_since(ctx.today()) && !written.contains(&Ending::mail_key(method));
        let owner = payers.owner(method.client_id).filter(|_| is_news).cloned();
        Some(Ending { method: method.clone(), ends_on, owner, unpaid })
    });
    Ok(ending.collect())
}

/// Says how many owners were written to.
fn write(tx: &mut Db, ctx: &Ctx, ids: &[PaymentMethodId]) -> Outcome<usize> {
    let ending = decide(tx, ctx, ids)?;
    let mails: Vec<_> = ending.iter().filter_map(Ending::mail).collect();
    let told = mails.len();
    enqueue(tx, ctx.scope, ctx.now, mails)?;
    // another card pays by now
    let settled = ending.iter().filter(|card| card.unpaid.is_empty()).map(|card| todo_key(card.method.id));
    todos::settle_all(tx, ctx.scope, settled.collect(), ctx.now)?;
    for todo in ending.iter().filter_map(Ending::todo) {
        raise(tx, ctx.scope, ctx.now, todo)?;
    }
    Ok(told)
}

/// Which owners would be written to, and which cards a person would have to look at.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    ENDING.look(db, ctx, |db, ids| {
        for card in decide(db, ctx, ids)? {
            if let Some(mail) = card.mail() {
                let summary = format!("{}: {}, until {}", mail.recipient, card.method.label, card.ends_on);
                seen.add(ForeseenView::new(card.method.id, ForeseenAction::WarnOfCard, summary))?;
            }
            if let Some(todo) = card.todo() {
                seen.add(ForeseenView::new(card.method.id, ForeseenAction::Park, todo.title))?;
            }
        }
        Ok(())
    })?;
    lapse::foresee(db, ctx, seen)
}
