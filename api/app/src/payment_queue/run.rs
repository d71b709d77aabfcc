//! A run: charges are begun together, sent side by side, and recorded together as the answers come in. The three go on at the
//! same time and hand over through short queues, so memory stays flat. Clients do not wait for each other; the charges of one
//! are made one after the other, because each may decide whether the next is tried.

use crate::events::EventFailure;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::operations::Running;
use crate::payment_queue::begin::{Begun, begin};
use crate::payment_queue::plan::{ClientLane, Due, Means, Pages};
use crate::payment_queue::record::{Tally, is_passing, record};
use crate::payment_queue::wanted::Wanted;
use crate::payments::Answered;
use crate::todos::{Todo, raise};
use comptoir_db::payments::TransactionRow;
use comptoir_db::{Db, Failure, Outcome};
use comptoir_domain::payments::TransactionState;
use comptoir_domain::todos::TodoKind;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, Receiver, Sender, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;

/// So many charges are begun or recorded in one transaction at most: others who write wait for no more than these.
const TOGETHER: usize = 64;

/// A client's turn: the charge that is made, and those that may follow.
struct Turn<T> {
    lane: ClientLane,
    charge: T,
}

/// Charges what is wanted. An operation is told how far it is.
pub async fn charge(
    state: &AppState,
    ctx: &Ctx,
    wanted: Wanted,
    running: Option<Running>,
) -> Result<Tally, EventFailure> {
    let at_once = usize::from(state.settings.charges_at_once.max(1));
    let means = Means::of(state);
    // no more is begun than is soon sent: what a crash leaves behind has to be asked about
    let together = at_once.min(TOGETHER);
    let (to_send, sending) = mpsc::channel(together);
    let (to_record, recording) = mpsc::channel(together);
    let (to_go_on, going_on) = mpsc::unbounded_channel();
    let beginning = Beginning {
        state,
        ctx,
        means: means.clone(),
        together,
        running,
        pages: Some(Pages::new(wanted.clone(), means)),
        wanted,
        ready: VecDeque::new(),
        under_way: 0,
    };
    let (begun, sent, recorded) = tokio::join!(
        beginning.go(to_send, going_on),
        send(sending, to_record, at_once),
        record_all(state, ctx, recording, to_go_on),
    );
    sent?;
    let tally = recorded?;
    begun?;
    Ok(tally)
}

/// The same instant for all that happens together, and a later one for what follows: how old a charge is decides whether its
/// call may still be under way.
fn present(state: &AppState, ctx: &Ctx) -> Ctx {
    let now = state.now();
    Ctx { now: now.business, machine_now: now.machine, ..ctx.clone() }
}

/// Nobody shall be reminded and shut out because a gateway was switched off.
fn tell_unusable(tx: &mut Db, ctx: &Ctx, gateway: &str) -> Outcome<()> {
    let todo = Todo {
        unique_key: format!("gateway-unusable:{gateway}"),
        kind: TodoKind::GatewayUnusable,
        title: format!("Payment methods that are stored at {gateway} cannot be charged"),
        detail:
            "It is gone, switched off or set up wrongly, takes another currency, or cannot reserve; or what is stored \
                 does not open. POST /v1/gateways/{id}/test says more. What is due is not collected meanwhile."
                .into(),
        subject_id: String::new(),
    };
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}

/// The first third: who is next, written down.
struct Beginning<'a> {
    state: &'a AppState,
    ctx: &'a Ctx,
    means: Means,
    /// So many are begun in one transaction.
    together: usize,
    wanted: Wanted,
    running: Option<Running>,
    /// Who has not been looked at yet.
    pages: Option<Pages>,
    ready: VecDeque<Turn<Due>>,
    /// So many clients have a charge under way.
    under_way: usize,
}

impl Beginning<'_> {
    async fn go(
        mut self,
        to_send: Sender<Turn<Begun>>,
        mut going_on: UnboundedReceiver<ClientLane>,
    ) -> Result<(), EventFailure> {
        loop {
            while let Ok(lane) = going_on.try_recv() {
                self.back(lane);
            }
            if self.ready.len() < self.together {
                self.read_on().await?;
            }
            if self.ready.is_empty() {
                if !self.is_all_read() {
                    continue;
                }
                if self.under_way == 0 {
                    return Ok(());
                }
                match going_on.recv().await {
                    Some(lane) => self.back(lane),
                    // the others have stopped, and say why
                    None => return Ok(()),
                }
                continue;
            }
            let turns: Vec<_> = self.ready.drain(..self.ready.len().min(self.together)).collect();
            let charges: Vec<Due> = turns.iter().map(|turn| turn.charge.clone()).collect();
            let Some(begun) = self.begin(charges).await? else {
                tracing::info!("the run was called off");
                return Ok(());
            };
            for (turn, begun) in turns.into_iter().zip(begun) {
                match begun {
                    None => self.next(turn.lane),
                    Some(charge) => {
                        self.under_way += 1;
                        if to_send.send(Turn { lane: turn.lane, charge }).await.is_err() {
                            return Ok(());
                        }
                    }
                }
            }
        }
    }

    fn is_all_read(&self) -> bool {
        self.pages.as_ref().is_none_or(Pages::is_over)
    }

    /// A client's charge is decided: it may have its next turn.
    fn back(&mut self, lane: ClientLane) {
        self.under_way = self.under_way.saturating_sub(1);
        self.next(lane);
    }

    fn next(&mut self, mut lane: ClientLane) {
        if let Some(charge) = lane.next() {
            self.ready.push_back(Turn { lane, charge });
        }
    }

    /// Reads the next clients.
    async fn read_on(&mut self) -> Outcome<()> {
        let Some(mut pages) = self.pages.take().filter(|pages| !pages.is_over()) else { return Ok(()) };
        let looking = present(self.state, self.ctx);
        let read = move |db: &mut Db| pages.next(db, &looking).map(|lanes| (pages, lanes));
        let (mut pages, lanes) = self.state.store.read(read).await?;
        let unusable = std::mem::take(&mut pages.unusable);
        self.pages = Some(pages);
        if !unusable.is_empty() {
            let telling = present(self.state, self.ctx);
            let tell = move |tx: &mut Db| unusable.iter().try_for_each(|code| tell_unusable(tx, &telling, code));
            self.state.store.write_batch(tell).await?;
        }
        lanes.into_iter().for_each(|lane| self.next(lane));
        Ok(())
    }

    /// Writes charges down, together or one by one if that is refused. Nothing if the operation was called off.
    async fn begin(&self, charges: Vec<Due>) -> Result<Option<Vec<Option<Begun>>>, EventFailure> {
        match self.write(charges.clone()).await {
            Err(failure) if !is_passing(&failure) && charges.len() > 1 => {
                let mut begun = Vec::with_capacity(charges.len());
                for charge in charges {
                    match self.write(vec![charge]).await {
                        Ok(None) => return Ok(None),
                        Ok(Some(one)) => begun.extend(one),
                        Err(Failure::Refused(problem)) => {
                            tracing::warn!(%problem, "a charge is left out");
                            begun.push(None);
                        }
                        Err(failure) => return Err(failure.into()),
                    }
                }
                Ok(Some(begun))
            }
            Err(Failure::Refused(_)) => Ok(Some(vec![None])),
            outcome => Ok(outcome?),
        }
    }

    async fn write(&self, charges: Vec<Due>) -> Outcome<Option<Vec<Option<Begun>>>> {
        let (ctx, wanted, means) = (present(self.state, self.ctx), self.wanted.clone(), self.means.clone());
        let looked = self.pages.as_ref().map_or(0, |pages| pages.looked);
        let (running, looked) = (self.running, i64::try_from(looked).unwrap_or(i64::MAX));
        let work = move |tx: &mut Db| {
            if let Some(running) = running
                && !running.reached(tx, looked)?
            {
                return Ok(None);
            }
            begin(tx, &ctx, &wanted, &means, &charges).map(Some)
        };
        self.state.store.write_batch(work).await
    }
}

/// The second third: the calls, so many at once for each gateway, in no transaction. If this is dropped, so are they.
async fn send(
    mut sending: Receiver<Turn<Begun>>,
    to_record: Sender<Turn<(Begun, Answered)>>,
    at_once: usize,
) -> Result<(), EventFailure> {
    let mut limits: HashMap<String, Arc<Semaphore>> = HashMap::new();
    let mut calls = JoinSet::new();
    // a gateway that is slow does not hold up another before there are so many
    let most = at_once * 4;
    loop {
        tokio::select! {
            Some(turn) = sending.recv(), if calls.len() < most => {
                let limit = limits.entry(turn.charge.row.gateway.clone());
                let limit = Arc::clone(limit.or_insert_with(|| Arc::new(Semaphore::new(at_once))));
                calls.spawn(call(turn, limit));
            }
            Some(ended) = calls.join_next() => {
                let turn = ended.map_err(|error| EventFailure::passing(format!("a gateway's call broke off: {error}")))?;
                if to_record.send(turn).await.is_err() {
                    return Ok(());
                }
            }
            else => return Ok(()),
        }
    }
}

async fn call(turn: Turn<Begun>, limit: Arc<Semaphore>) -> Turn<(Begun, Answered)> {
    let _place = limit.acquire_owned().await;
    let Turn { lane, charge } = turn;
    let answer = charge.gateway.start(&charge.request).await;
    let answered = Answered { id: charge.row.id, client: charge.client, answer };
    Turn { lane, charge: (charge, answered) }
}

/// The last third: what came of them.
async fn record_all(
    state: &AppState,
    ctx: &Ctx,
    mut recording: Receiver<Turn<(Begun, Answered)>>,
    to_go_on: UnboundedSender<ClientLane>,
) -> Result<Tally, EventFailure> {
    let (mut tally, mut turns) = (Tally::default(), Vec::new());
    while recording.recv_many(&mut turns, TOGETHER).await > 0 {
        let answers: Vec<Answered> = turns.iter().map(|turn| turn.charge.1.clone()).collect();
        let rows = record(state, &present(state, ctx), &answers).await?;
        for (turn, row) in turns.drain(..).zip(rows) {
            tally.count(row.as_ref().map(|row| row.state));
            // nobody listens any more once the run was called off
            let _ = to_go_on.send(after(turn.lane, row));
        }
    }
    Ok(tally)
}

/// The lane as it goes on after a charge.
fn after(mut lane: ClientLane, row: Option<TransactionRow>) -> ClientLane {
    let is_refused = |row: &TransactionRow| matches!(row.state, TransactionState::Declined | TransactionState::Error);
    if let Some(row) = row.filter(is_refused)
        && let Some(method) = row.payment_method_id
    {
        lane.refuse(method, row.amount());
    }
    lane
}
