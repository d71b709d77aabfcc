//! Closing a batch: its file is made, it gets its number, and its debits are pending until the bank answers. What cannot be
//! collected any more stays out of it and is put before a person.

use crate::bank::account::BankAccount;
use crate::bank::amendments;
use crate::bank::join::open_batch;
use crate::bank::mandates::{USED, end, fault};
use crate::bank::own_account::recipient;
use crate::bank::write::{Writable, batch as batch_of};
use crate::encryption::{Held, Keyring, locked};
use crate::gateways::ready::{Gateways, Ready};
use crate::kernel::call::Ctx;
use crate::kernel::seal;
use crate::kernel::state::AppState;
use crate::todos::{Todo, raise};
use chrono::NaiveDate;
use comptoir_connectors::bank::BankFile;
use comptoir_connectors::payment::Debits;
use comptoir_db::bank::batches::{self, DebitBatchRow};
use comptoir_db::bank::debits::{self, Debit};
use comptoir_db::bank::mandates::{self, MandateRow};
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::payments;
use comptoir_db::{Db, Failure, Outcome, counters};
use comptoir_domain::bank::{BatchState, DebitPlugin, MandateKind, collection_date, first_day_to_send};
use comptoir_domain::payments::TransactionState;
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{Code, DebitBatchId, FieldProblem, MandateId, PaymentMethodId, Problem, TransactionId};
use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// What closing needs besides the database: the gateways, the keys of stored methods, and that of files.
#[derive(Clone)]
pub struct Means {
    /// The gateways.
    pub gateways: Gateways,
    /// Opens what is stored of methods.
    pub keyring: Keyring,
    /// Seals the files.
    pub file_key: [u8; 32],
}

impl Means {
    /// Of a house.
    pub fn of(state: &AppState) -> Self {
        Self { gateways: state.gateways.clone(), keyring: state.keyring.clone(), file_key: *state.file_key() }
    }
}

/// The plug-in of that name. Refuses where it is gone or set up wrongly.
pub fn plugin(tx: &mut Db, ctx: &Ctx, gateways: &Gateways, code: &str) -> Outcome<Ready> {
    let found = gateways.find(tx, ctx.scope, code)?;
    let found = found.filter(|ready| ready.gateway.debits().is_some());
    let gone = || Problem::new(Code::Conflict, format!("the gateway {code} debits no bank accounts"));
    found.ok_or_else(|| gone().into())
}

/// Closes a batch. Refuses one that is not open, and one that nothing can be sent of yet. One of which nothing can be collected
/// at all stays open, empty.
pub fn close(tx: &mut Db, ctx: &Ctx, means: &Means, id: DebitBatchId) -> Outcome<DebitBatchRow> {
    let mut row = batches::lock(tx, ctx.scope, id)?;
    if row.state != BatchState::Open {
        return Err(Problem::new(Code::WrongState, format!("a batch that is {} is not open", row.state)).into());
    }
    let ready = plugin(tx, ctx, &means.gateways, &row.gateway)?;
    let Some(plugin) = ready.gateway.debits() else { return Err(Problem::not_found().into()) };
    let all = debits::of_batch(tx, ctx.scope, id)?;
    let Sorted { ready, early, unfit: mut left_out } = sort_out(tx, ctx, means, plugin, all)?;
    if ready.is_empty() && left_out.is_empty() {
        return Err(nothing_to_close(&early, ctx.today()).into());
    }
    let name = next_name(tx, ctx, &row.gateway)?;
    let Some(made) = make_file(tx, ctx, means, plugin, (&name, ready), &mut left_out)? else {
        leave_out(tx, ctx, &row, &left_out)?;
        return Ok(row);
    };
    let Made { debits: ready_ones, groups, file } = made;
    file_groups(tx, ctx, &ready_ones, groups)?;
    use_mandates(tx, ctx, &ready_ones)?;
    amendments::note(tx, ctx, plugin, &ready_ones)?;
    let ids: Vec<TransactionId> = ready_ones.iter().map(|one| one.debit.1.id).collect();
    payments::advance(tx, ctx.scope, &ids, TransactionState::New, TransactionState::Pending)?;
    let sealed = |bytes: &[u8]| {
        let sealed = seal::seal(&means.file_key, &row.id.to_string(), bytes);
        sealed.ok_or_else(|| Failure::Corrupt("a file could not be sealed".into()))
    };
    let cover_note = file.cover_note.as_deref().map(|note| sealed(note.as_bytes())).transpose()?;
    (row.file_sealed, row.cover_note_sealed) = (Some(sealed(&file.bytes)?), cover_note);
    row.sha256 = Some(HEXLOWER.encode(&Sha256::digest(&file.bytes)));
    row.file_name = Some(file.name);
    (row.state, row.name, row.closed_at) = (BatchState::InProgress, Some(name), Some(ctx.now));
    batches::save(tx, &mut row)?;
    if !(early.is_empty() && left_out.is_empty()) {
        let next = open_batch(tx, ctx, &row.gateway)?;
        let early: Vec<TransactionId> = early.iter().map(|(_, payment)| payment.id).collect();
        debits::move_to(tx, ctx.scope, &early, Some(next.id))?;
        leave_out(tx, ctx, &next, &left_out)?;
    }
    let fact = json!({ "gateway": row.gateway, "name": row.name, "debits": ids.len(), "left_out": left_out.len() });
    ctx.record(tx, "bank_batch.closed", row.id, fact)?;
    Ok(row)
}

fn nothing_to_close(early: &[Debit], today: NaiveDate) -> Problem {
    let first = early.iter().map(|(row, _)| first_day_to_send(row.collect_on)).min();
    let detail = match first {
        Some(day) if day > today => format!("nothing in this batch may be sent to a bank before {day}"),
        Some(_) => "the payers of this batch have yet to register their mandates with their banks".to_string(),
        None => "nothing in this batch can be collected".to_string(),
    };
    Problem::new(Code::WrongState, detail)
}

/// A number that no batch ever had, so that a bank never takes one for another: `SEPA-000017`.
fn next_name(tx: &mut Db, ctx: &Ctx, gateway: &str) -> Outcome<String> {
    let stem: String = gateway.to_uppercase().replace('_', "-").chars().take(14).collect();
    Ok(format!("{}-{:06}", stem.trim_end_matches('-'), counters::next(tx, ctx.scope, "debit_batch", 1)?))
}

/// A file, and the debits that are in it.
struct Made {
    debits: Vec<Writable>,
    groups: Vec<String>,
    file: BankFile,
}

/// Writes the file. What its format cannot hold is left out, each with the reason; none if that is everything.
fn make_file(
    tx: &mut Db,
    ctx: &Ctx,
    means: &Means,
    plugin: &dyn Debits,
    (name, mut debits): (&str, Vec<Writable>),
    left_out: &mut Vec<(Debit, String)>,
) -> Outcome<Option<Made>> {
    while !debits.is_empty() {
        settle_sequences(plugin, &mut debits);
        amendments::settle(plugin, &mut debits);
        let recipient = recipient(tx, ctx, &means.file_key, plugin)?;
        let written = batch_of(tx, ctx, plugin, name, recipient, &debits)?;
        let problem = match plugin.file().write(&written) {
            Ok(file) => return Ok(Some(Made { groups: plugin.file().groups(&written)?, debits, file })),
            Err(problem) => problem,
        };
        let faults = faults(&problem);
        if faults.is_empty() {
            // it is about the whole batch
            return Err(problem.into());
        }
        let mut fit = Vec::new();
        for (at, one) in debits.into_iter().enumerate() {
            match faults.get(&at) {
                Some(why) => left_out.push((one.debit, why.clone())),
                None => fit.push(one),
            }
        }
        debits = fit;
    }
    Ok(None)
}

/// Which debits of a batch are refused, by their place in it, and why.
fn faults(problem: &Problem) -> BTreeMap<usize, String> {
    let fault = |field: &FieldProblem| {
        let (at, what) = field.pointer.strip_prefix("/debits/")?.split_once('/')?;
        Some((at.parse().ok()?, format!("{what}: {}", field.detail)))
    };
    problem.fields.iter().filter_map(fault).collect()
}

/// The debits of a batch that is to be closed.
struct Sorted {
    /// Those that can be collected.
    ready: Vec<Writable>,
    /// Those that banks do not take yet, for their day or for their mandate: they wait for the next batch.
    early: Vec<Debit>,
    /// Those that cannot be collected, with the reason.
    unfit: Vec<(Debit, String)>,
}

fn sort_out(tx: &mut Db, ctx: &Ctx, means: &Means, plugin: &dyn Debits, all: Vec<Debit>) -> Outcome<Sorted> {
    let methods: Vec<PaymentMethodId> = all.iter().map(|(row, _)| row.payment_method_id).collect();
    let methods: HashMap<PaymentMethodId, PaymentMethodRow> =
        payment_methods::some(tx, ctx.scope, &methods)?.into_iter().map(|row| (row.id, row)).collect();
    let signed: Vec<MandateId> = all.iter().filter_map(|(row, _)| row.mandate_id).collect();
    let signed: HashMap<MandateId, MandateRow> =
        mandates::some(tx, ctx.scope, &signed)?.into_iter().map(|row| (row.id, row)).collect();
    let (now, keys) = (ctx.now.local_in(ctx.zone), means.keyring.keys(tx, ctx.scope, ctx.machine_now)?);
    let mut sorted = Sorted { ready: Vec::new(), early: Vec::new(), unfit: Vec::new() };
    for (mut row, payment) in all {
        // the bank may need longer than the payer was told; never shorter
        row.collect_on = collection_date(row.collect_on, now, row.noticed_on, plugin.terms());
        if plugin.plugin() != DebitPlugin::Norma19 && first_day_to_send(row.collect_on) > ctx.today() {
            sorted.early.push((row, payment));
            continue;
        }
        let account = match methods.get(&row.payment_method_id).map(|method| keys.look(method)) {
            Some(Held::Open(secret)) => BankAccount::of_secret(&secret),
            Some(Held::Locked) => return Err(locked(ctx).into()),
            Some(Held::Unreadable) | None => None,
        };
        let mandate = row.mandate_id.and_then(|id| signed.get(&id)).cloned();
        if mandate.as_ref().is_some_and(|mandate| mandate.terms().awaits_bank() && mandate.ended_on.is_none()) {
            sorted.early.push((row, payment));
            continue;
        }
        let fault = match (&account, &mandate, plugin.scheme()) {
            (None, _, _) => Some("its account cannot be read".to_string()),
            (Some(_), None, Some(_)) => Some("it has no mandate".to_string()),
            (Some(_), Some(mandate), Some(scheme)) => fault(mandate, scheme, row.collect_on),
            (Some(_), _, None) => None,
        };
        match (account, fault) {
            (Some(account), None) => {
                sorted.ready.push(Writable { debit: (row, payment), account, mandate, amendment: None });
            }
            (_, fault) => sorted.unfit.push(((row, payment), fault.unwrap_or_default())),
        }
    }
    Ok(sorted)
}

/// Takes debits out of their batch that cannot be collected, and asks a person about them; once that is mended they may join the
/// batch that is open then.
fn leave_out(tx: &mut Db, ctx: &Ctx, open: &DebitBatchRow, left: &[(Debit, String)]) -> Outcome<()> {
    if left.is_empty() {
        return Ok(());
    }
    let ids: Vec<TransactionId> = left.iter().map(|((_, payment), _)| payment.id).collect();
    debits::move_to(tx, ctx.scope, &ids, None)?;
    for ((_, payment), why) in left {
        let todo = Todo {
            unique_key: format!("debit-left-out:{}", payment.id),
            kind: TodoKind::PaymentUnknown,
            title: format!("A debit of {} cannot be collected", payment.amount()),
            detail: format!(
                "It was left out of a file for the bank: {why}. Put it into a batch again once that is mended (POST \
                 /v1/bank-batches/{}/include), or decline it.",
                open.id
            ),
            subject_id: payment.id.to_string(),
        };
        raise(tx, ctx.scope, ctx.now, todo)?;
    }
    Ok(())
}

/// Settles what each collection is called. Of several under one mandate in a file only the earliest can be the first.
fn settle_sequences(plugin: &dyn Debits, all: &mut [Writable]) {
    let mut used: BTreeMap<MandateId, usize> = BTreeMap::new();
    for one in all.iter_mut() {
        let Some(mandate) = &one.mandate else { continue };
        let before = used.entry(mandate.id).or_default();
        let first = plugin.name_first() && *before == 0;
        one.debit.0.sequence = Some(mandate.terms().sequence(false, first));
        *before += 1;
    }
}

/// Notes with each debit where it stands in the file, by few statements: files have few groups and days.
fn file_groups(tx: &mut Db, ctx: &Ctx, all: &[Writable], groups: Vec<String>) -> Outcome<()> {
    let mut alike: BTreeMap<_, Vec<TransactionId>> = BTreeMap::new();
    for (Writable { debit: (row, payment), .. }, group) in all.iter().zip(groups) {
        alike.entry((group, row.sequence, row.collect_on)).or_default().push(payment.id);
    }
    let file = |((name, sequence, day), ids): (_, Vec<TransactionId>)| {
        let name: String = name;
        debits::file_group(tx, ctx.scope, &ids, &name, sequence, day)
    };
    alike.into_iter().try_for_each(file)
}

/// Notes on each mandate its latest collection; one for a single collection ends with it.
fn use_mandates(tx: &mut Db, ctx: &Ctx, all: &[Writable]) -> Outcome<()> {
    let mut days: BTreeMap<NaiveDate, Vec<MandateId>> = BTreeMap::new();
    for one in all {
        if let Some(mandate) = &one.mandate {
            days.entry(one.debit.0.collect_on).or_default().push(mandate.id);
        }
    }
    for (day, ids) in &days {
        for some in ids.chunks(500) {
            mandates::collected(tx, ctx.scope, some, *day)?;
        }
    }
    let single = all.iter().filter_map(|one| one.mandate.as_ref()).filter(|row| row.kind == MandateKind::OneOff);
    for id in single.map(|row| row.id).collect::<Vec<_>>() {
        let mut row = mandates::lock(tx, ctx.scope, id)?;
        end(tx, ctx, &mut row, USED)?;
    }
    Ok(())
}
