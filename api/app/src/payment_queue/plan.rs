//! What is to be charged now, client by client. It only reads; a run looks once more, behind its locks, before it charges.

use crate::encryption::{Held, Keyring, Keys};
use crate::gateways::ready::{Gateways, Ready};
use crate::kernel::Clock;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::payment_queue::wanted::Wanted;
use crate::payments::divide::{Part, divide};
use chrono::NaiveDate;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Failure, Outcome, Scope};
use comptoir_domain::bank::{Again, reason};
use comptoir_domain::collection::{Attempt, ChargeReason, Collect, CollectionAction, Lane, collect};
use comptoir_domain::payments::TransactionState;
use comptoir_domain::{ClientId, Instant, InvoiceId, Money, PaymentMethodId, TransactionId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Clients that are looked at together.
const CHUNK: i64 = 200;

/// A charge that is to be made.
#[derive(Clone)]
pub struct Due {
    /// Who pays.
    pub client: ClientId,
    /// What of which invoice, to which method.
    pub part: Part,
    /// Why now.
    pub reason: ChargeReason,
    /// The invoice's number.
    pub number: String,
    /// The invoice's day.
    pub due_on: Option<NaiveDate>,
}

/// The charges of a client.
pub type ClientLane = Lane<PaymentMethodId, Due>;

/// What is to be charged of some invoices.
pub struct Looked {
    /// By invoice and method.
    pub due: Vec<Due>,
    /// What methods have refused today.
    refused: HashMap<ClientId, Vec<(PaymentMethodId, Money)>>,
}

/// Looks at some unpaid invoices.
pub fn look(db: &mut Db, ctx: &Ctx, wanted: &Wanted, rows: &[InvoiceRow]) -> Outcome<Looked> {
    let today = ctx.today();
    let ids: Vec<InvoiceId> = rows.iter().map(|row| row.id).collect();
    let all = payments::of_invoices(db, ctx.scope, &ids)?;
    let parts = divide(db, ctx, rows, &all, wanted.several_methods)?;
    let history = History { ctx, returned: returned(db, ctx, &all)? };
    let by_id: HashMap<InvoiceId, &InvoiceRow> = rows.iter().map(|row| (row.id, row)).collect();
    let mut attempts: HashMap<InvoiceId, Vec<&TransactionRow>> = HashMap::new();
    let mut refused: HashMap<ClientId, Vec<(PaymentMethodId, Money)>> = HashMap::new();
    for row in all.iter().filter(|row| !row.was_never_begun()) {
        if let Some(invoice) = row.invoice_id {
            attempts.entry(invoice).or_default().push(row);
        }
        let is_refused = matches!(history.attempt(row).state, TransactionState::Declined | TransactionState::Error);
        let method = row.payment_method_id.filter(|_| is_refused && history.attempt(row).on == today);
        if let Some((client, method)) = row.client_id.zip(method) {
            refused.entry(client).or_default().push((method, row.amount()));
        }
    }
    let charge = |part: Part| {
        let invoice = by_id.get(&part.invoice)?;
        let theirs = attempts.get(&part.invoice).map_or(&[][..], Vec::as_slice);
        let theirs: Vec<_> = theirs.iter().filter(|row| counts(row, &part)).map(|row| history.attempt(row)).collect();
        let works = part.method.works_on(today);
        match collect(&wanted.terms, invoice.due_on, &theirs, today) {
            Collect::Charge(reason) if works => Some(Due {
                client: invoice.client_id,
                part,
                reason,
                number: invoice.number.clone().unwrap_or_default(),
                due_on: invoice.due_on,
            }),
            _ => None,
        }
    };
    Ok(Looked { due: parts.into_iter().filter_map(charge).collect(), refused })
}

/// Whether an attempt was made on a part: what another method has refused is no refusal of this one, so a new card is tried
/// however often the old one was.
fn counts(row: &TransactionRow, part: &Part) -> bool {
    let own = row.payment_method_id.is_none_or(|method| method == part.method.id);
    own || row.state.is_under_way()
}

/// What became of the payments of some invoices.
struct History<'a> {
    ctx: &'a Ctx,
    /// When banks took them back.
    returned: HashMap<TransactionId, Instant>,
}

/// Which of some payments were there and were taken back by the bank.
fn returned(db: &mut Db, ctx: &Ctx, all: &[TransactionRow]) -> Outcome<HashMap<TransactionId, Instant>> {
    let were_there = |row: &&TransactionRow| row.state.is_taken() || row.state == TransactionState::Refunded;
    let ids: Vec<TransactionId> = all.iter().filter(were_there).map(|row| row.id).collect();
    if ids.is_empty() { Ok(HashMap::new()) } else { payments::returned(db, ctx.scope, &ids) }
}

impl History<'_> {
    /// What was refused counts from the day of the refusal: a bank, or a client who has to confirm, may take days. What the bank
    /// took back was refused on that day.
    fn attempt(&self, row: &TransactionRow) -> Attempt {
        let returned = self.returned.get(&row.id).copied();
        let state = if returned.is_some() { TransactionState::Declined } else { row.state };
        let at = returned.or(row.settled_at).unwrap_or(row.created_at);
        let is_final = state == TransactionState::Declined && row.is_debit && needs_mending(row);
        Attempt { state, on: at.date_in(self.ctx.zone), is_final }
    }
}

/// Whether the bank's reason wants something mended or asked before the account is debited again.
fn needs_mending(row: &TransactionRow) -> bool {
    let known = row.detail.0.code.as_deref().and_then(reason);
    known.is_some_and(|known| matches!(known.again, Again::AfterMending | Again::AfterAsking | Again::No))
}

/// What some clients are to be charged.
pub struct Lanes {
    /// By client, as far as it can be.
    pub lanes: Vec<ClientLane>,
    /// So many invoices were looked at.
    pub looked: usize,
    /// Gateways at which stored methods cannot be charged.
    pub unusable: BTreeSet<String>,
}

/// What some clients are to be charged, as far as it can be.
pub fn lanes(db: &mut Db, ctx: &Ctx, wanted: &Wanted, means: &Means, clients: Vec<ClientId>) -> Outcome<Lanes> {
    let mut rows = invoices::owed_by(db, ctx.scope, clients)?;
    rows.retain(|row| wanted.terms.due_by.is_none_or(|by| row.due_on.is_some_and(|due_on| due_on <= by)));
    let looked = look(db, ctx, wanted, &rows)?;
    let (mut known, mut by_client) = (Known::new(means, wanted.action), BTreeMap::<ClientId, Vec<_>>::new());
    let mut unusable = BTreeSet::new();
    for due in looked.due {
        if known.usable(db, ctx.scope, &due.part)?.is_none() {
            tracing::warn!(method = %due.part.method.id, "a stored payment method cannot be used here");
            unusable.insert(due.part.method.gateway);
            continue;
        }
        by_client.entry(due.client).or_default().push((due.part.method.id, due.part.amount, due));
    }
    let lane = |(client, waiting)| {
        let refused = looked.refused.get(&client).filter(|_| !wanted.by_hand).map_or(&[][..], Vec::as_slice);
        Lane::new(wanted.smaller_amounts, waiting, refused)
    };
    Ok(Lanes { lanes: by_client.into_iter().map(lane).collect(), looked: rows.len(), unusable })
}

/// The clients that owe something, some at a time.
pub struct Pages {
    wanted: Wanted,
    means: Means,
    after: Option<ClientId>,
    is_over: bool,
    /// So many invoices were looked at.
    pub looked: usize,
    /// Gateways at which stored methods could not be charged.
    pub unusable: BTreeSet<String>,
    left: Option<u32>,
}

impl Pages {
    /// From the first on.
    pub fn new(wanted: Wanted, means: Means) -> Self {
        Self { means, after: None, is_over: false, looked: 0, unusable: BTreeSet::new(), left: wanted.most, wanted }
    }

    /// Whether nobody is left.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// What the next of them are to be charged, as far as the limit goes.
    pub fn next(&mut self, db: &mut Db, ctx: &Ctx) -> Outcome<Vec<ClientLane>> {
        let clients = invoices::debtors(db, ctx.scope, &self.wanted.owed(), self.after, CHUNK)?;
        let Some(last) = clients.last() else {
            self.is_over = true;
            return Ok(Vec::new());
        };
        self.after = Some(*last);
        let Lanes { lanes, looked, unusable } = lanes(db, ctx, &self.wanted, &self.means, clients)?;
        self.looked += looked;
        self.unusable.extend(unusable);
        if self.left.is_none() {
            return Ok(lanes);
        }
        Ok(lanes.into_iter().map_while(|lane| self.cut(lane)).collect())
    }

    /// Leaves as many invoices in a lane as the limit allows; none once it is reached.
    fn cut(&mut self, lane: ClientLane) -> Option<ClientLane> {
        let mut left = self.left.unwrap_or(u32::MAX);
        let mut last = None;
        let lane = lane.up_to(|due| {
            if last != Some(due.part.invoice) {
                let Some(less) = left.checked_sub(1) else { return false };
                (last, left) = (Some(due.part.invoice), less);
            }
            true
        });
        self.left = Some(left);
        self.is_over |= left == 0;
        last.map(|_| lane)
    }
}

/// What charging needs of a house: gateways, and the keys that open what is stored of their methods.
#[derive(Clone)]
pub struct Means {
    gateways: Gateways,
    keyring: Keyring,
    now: Clock,
    /// Where the house answers: a page of the bank sends clients back there.
    pub public_url: String,
}

impl Means {
    /// Those of a house.
    pub fn of(state: &AppState) -> Self {
        Self {
            gateways: state.gateways.clone(),
            keyring: state.keyring.clone(),
            now: state.machine.clone(),
            public_url: state.settings.public_url.clone(),
        }
    }
}

/// The gateways of some charges, each looked up once.
pub struct Known<'a> {
    means: &'a Means,
    action: CollectionAction,
    found: HashMap<String, Option<Ready>>,
    keys: Option<Keys>,
}

impl<'a> Known<'a> {
    /// For charges that take or reserve.
    pub fn new(means: &'a Means, action: CollectionAction) -> Self {
        Self { means, action, found: HashMap::new(), keys: None }
    }

    /// The gateway of a stored method and the token that it knows it by, if both are at hand and will do. What is locked can be
    /// used once the pass-phrase is given.
    pub fn usable(&mut self, db: &mut Db, scope: Scope, part: &Part) -> Outcome<Option<(Ready, Held)>> {
        let code = &part.method.gateway;
        let ready = match self.found.get(code) {
            Some(known) => known.clone(),
            None => {
                let found = match self.means.gateways.find(db, scope, code) {
                    Ok(ready) => ready,
                    Err(Failure::Refused(_)) => None,
                    Err(failure) => return Err(failure),
                };
                self.found.insert(code.clone(), found.clone());
                found
            }
        };
        // accounts are debited, never reserved: reserving is for cards
        let can = |ready: &Ready| {
            self.action == CollectionAction::Charge
                || ready.gateway.captures().is_some()
                || ready.gateway.debits().is_some()
        };
        let ready = ready.filter(|ready| ready.takes(part.amount.currency()) && can(ready));
        let Some(ready) = ready else { return Ok(None) };
        let held = self.keys(db, scope)?.look(&part.method);
        Ok(Some((ready, held)).filter(|(_, held)| !matches!(held, Held::Unreadable)))
    }

    /// The seller's keys, looked up once.
    fn keys(&mut self, db: &mut Db, scope: Scope) -> Outcome<&Keys> {
        if self.keys.is_none() {
            self.keys = Some(self.means.keyring.keys(db, scope, self.means.now.now())?);
        }
        self.keys.as_ref().ok_or_else(|| Failure::Corrupt("keys that were just read".into()))
    }
}
