//! Mandates that lapse, 36 months after their latest use (PAY-08): their payers are asked for a new one a month before, as long as
//! something is paid with the account; once one has lapsed, a person sees what cannot be debited any more. Cards that expire are
//! told about in the same run (`payment_methods/expiry.rs`).

use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::sweep::Sweep;
use crate::kernel::call::Ctx;
use crate::mails::{Mail, enqueue};
use crate::payment_methods::payers::{Payers, names};
use crate::todos::{Todo, raise};
use comptoir_db::bank::mandates::{self, MandateRow};
use comptoir_db::contacts::ContactRow;
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::subscriptions::SubscriptionRow;
use comptoir_db::{Db, Outcome, mails, todos};
use comptoir_domain::bank::Mandate;
use comptoir_domain::card_expiry::{parts_of_label, told_since, told_through};
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::mails::MailKind;
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{MandateId, PaymentMethodId};
use serde_json::json;
use std::collections::HashMap;

/// Mandates in one transaction.
const CHUNK: i64 = 200;

/// Goes through the mandates that lapse within a month, or have lapsed.
pub const LAPSING: Sweep<MandateId> = Sweep {
    trouble: "A mandate that lapses could not be told about",
    page: |db, ctx, after| {
        let since = Mandate::dormant_since(told_through(ctx.today()));
        let rows = mandates::unused_since(db, ctx.scope, since, after, CHUNK)?;
        Ok(rows.iter().map(|row| row.id).collect())
    },
    work: write,
};

/// A mandate that lapses, and what is to be done about it.
struct Lapsing {
    mandate: MandateRow,
    /// Who is written to, if nobody was yet.
    owner: Option<ContactRow>,
    /// What would be debited under it although it has lapsed.
    unpaid: Vec<SubscriptionRow>,
}

impl Lapsing {
    fn mail_key(mandate: &MandateRow) -> String {
        format!("{}:{}:{}", MailKind::MandateLapse, mandate.id, mandate.terms().lapses_on())
    }

    fn mail(&self) -> Option<Mail<'_>> {
        let owner = self.owner.as_ref()?;
        Some(Mail {
            kind: MailKind::MandateLapse,
            unique_key: Self::mail_key(&self.mandate),
            recipient: &owner.email,
            locale: owner.locale,
            format: owner.mail_format,
            variables: json!({ "billingAccountNumLastFour": parts_of_label(&self.mandate.label).1,
                "mandateReference": self.mandate.reference, "mandateLapsesDate": self.mandate.terms().lapses_on() }),
        })
    }

    fn todo(&self) -> Option<Todo> {
        (!self.unpaid.is_empty()).then(|| Todo {
            unique_key: todo_key(self.mandate.id),
            kind: TodoKind::MandateLapsed,
            title: format!("Mandate lapsed: {}", self.mandate.label),
            detail: format!(
                "Its account cannot be debited after {}, 36 months after its latest use, and subscriptions are paid with it: {}. \
                 Ask the payer for a new one.",
                self.mandate.terms().lapses_on(),
                names(&self.unpaid)
            ),
            subject_id: self.mandate.client_id.to_string(),
        })
    }
}

/// The key of the to-do about a mandate that has lapsed.
pub fn todo_key(mandate: MandateId) -> String {
    format!("mandate_lapsed:{mandate}")
}

/// What is to be done about some mandates; reads only.
fn decide(db: &mut Db, ctx: &Ctx, ids: &[MandateId]) -> Outcome<Vec<Lapsing>> {
    let (today, soon) = (ctx.today(), told_through(ctx.today()));
    let rows = mandates::some(db, ctx.scope, ids)?;
    let accounts: Vec<PaymentMethodId> = rows.iter().map(|row| row.payment_method_id).collect();
    let methods = payment_methods::some(db, ctx.scope, &accounts)?;
    let payers = Payers::load(db, ctx, methods.iter().map(|row| row.client_id))?;
    let methods: HashMap<PaymentMethodId, PaymentMethodRow> = methods.into_iter().map(|row| (row.id, row)).collect();
    let written = mails::known(db, ctx.scope, &Vec::from_iter(rows.iter().map(Lapsing::mail_key)))?;
    let lapsing = rows.into_iter().map(|mandate| {
        let lapses_on = mandate.terms().lapses_on();
        let method = methods.get(&mandate.payment_method_id).filter(|_| lapses_on <= soon);
        let paid = method.map_or_else(Vec::new, |method| payers.pay_with(method));
        let is_news = lapses_on >= told_since(today) && !written.contains(&Lapsing::mail_key(&mandate));
        let owner = payers.owner(mandate.client_id).filter(|_| is_news && !paid.is_empty()).cloned();
        Lapsing { owner, unpaid: if lapses_on < today { paid } else { Vec::new() }, mandate }
    });
    Ok(lapsing.collect())
}

/// Says how many payers were written to.
fn write(tx: &mut Db, ctx: &Ctx, ids: &[MandateId]) -> Outcome<usize> {
    let lapsing = decide(tx, ctx, ids)?;
    let mails: Vec<_> = lapsing.iter().filter_map(Lapsing::mail).collect();
    let told = mails.len();
    enqueue(tx, ctx.scope, ctx.now, mails)?;
    // another method pays by now
    let settled = lapsing.iter().filter(|one| one.unpaid.is_empty()).map(|one| todo_key(one.mandate.id));
    todos::settle_all(tx, ctx.scope, settled.collect(), ctx.now)?;
    for todo in lapsing.iter().filter_map(Lapsing::todo) {
        raise(tx, ctx.scope, ctx.now, todo)?;
    }
    Ok(told)
}

/// Which payers would be written to, and which mandates a person would have to look at.
pub fn foresee(db: &mut Db, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    LAPSING.look(db, ctx, |db, ids| {
        for one in decide(db, ctx, ids)? {
            if let Some(mail) = one.mail() {
                let until = one.mandate.terms().lapses_on();
                let summary = format!("{}: {}, until {until}", mail.recipient, one.mandate.label);
                seen.add(ForeseenView::new(one.mandate.id, ForeseenAction::WarnOfMandate, summary))?;
            }
            if let Some(todo) = one.todo() {
                seen.add(ForeseenView::new(one.mandate.id, ForeseenAction::Park, todo.title))?;
            }
        }
        Ok(())
    })
}
