//! SQLite's one writer: a thread with a queue, requests before batches, so that writers never fight for the lock. A batch that
//! has waited for long enough is next all the same: a billing run gets on, however many people order meanwhile.
//!
//! Requests that wait at the same time are committed together, each in a savepoint of its own: one sync of the disk is
//! enough for all of them, and nobody hears that his was done before it is safe. If one fails for another reason than a
//! refusal, or the commit does, nothing of it stays and each is done again alone.

use crate::store::{caught, persist};
use crate::{Db, Failure, Outcome, connection::Purpose};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How many requests are committed together at most: the first of them waits for the last.
const TOGETHER: usize = 64;

/// So long a batch lets requests go first.
const PATIENCE: Duration = Duration::from_millis(100);

/// How urgent a write is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Urgency {
    /// Someone waits for the answer.
    Request,
    /// Part of a long run; waits until no request does.
    Batch,
}

/// The queue. The thread ends when this is dropped.
pub struct Writer {
    queue: Arc<Queue>,
}

impl Writer {
    /// Starts the thread, which owns the connection.
    pub fn start(mut db: Db) -> Outcome<Self> {
        let queue = Arc::new(Queue::default());
        let theirs = Arc::clone(&queue);
        let work = move || {
            while let Some(group) = theirs.next() {
                serve(&mut db, group);
            }
        };
        let thread = std::thread::Builder::new().name("writer".into()).spawn(work);
        thread.map_err(|error| Failure::Open(format!("writer thread: {error}")))?;
        Ok(Self { queue })
    }

    /// Has something done. If the caller goes away, it is done all the same.
    pub async fn run<T, F>(&self, urgency: Urgency, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: Fn(&mut Db) -> Outcome<T> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        self.queue.push(urgency, Box::new(Task { work, sender, outcome: None }));
        receiver.await.unwrap_or_else(|_| Err(Failure::Open("the writer has stopped".into())))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.wake.notify_all();
    }
}

/// Does what waits together, and answers.
fn serve(db: &mut Db, mut group: Vec<Box<dyn Job>>) {
    if group.len() > 1 && commit_together(db, &mut group) {
        return group.into_iter().for_each(|job| job.answer());
    }
    for mut job in group {
        job.run_alone(db);
        job.answer();
    }
}

/// Whether all of it is done and committed; otherwise nothing is.
fn commit_together(db: &mut Db, group: &mut [Box<dyn Job>]) -> bool {
    if db.begin(Purpose::Write).is_err() {
        return false;
    }
    let is_done = group.iter_mut().all(|job| job.run_among_others(db)) && db.commit().is_ok();
    if !is_done && let Err(failure) = db.rollback() {
        tracing::error!(%failure, "rollback failed");
    }
    is_done
}

/// Something to do, and whom to tell.
trait Job: Send {
    /// Does it in a savepoint of a transaction; whether that can go on: nothing failed, or a refusal was clean.
    fn run_among_others(&mut self, db: &mut Db) -> bool;
    /// Does it in a transaction of its own.
    fn run_alone(&mut self, db: &mut Db);
    /// Tells what became of it.
    fn answer(self: Box<Self>);
}

struct Task<T, F> {
    work: F,
    sender: oneshot::Sender<Outcome<T>>,
    outcome: Option<Outcome<T>>,
}

impl<T: Send, F: Fn(&mut Db) -> Outcome<T> + Send> Job for Task<T, F> {
    fn run_among_others(&mut self, db: &mut Db) -> bool {
        let outcome = db.savepoint(|db| caught(|| (self.work)(db)));
        let is_clean = matches!(outcome, Ok(_) | Err(Failure::Refused(_)));
        self.outcome = Some(outcome);
        is_clean
    }

    fn run_alone(&mut self, db: &mut Db) {
        self.outcome = Some(persist(db, &self.work));
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.outcome {
            // the caller may have gone away
            self.sender.send(outcome).ok();
        }
    }
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

#[derive(Default)]
struct Waiting {
    requests: VecDeque<Box<dyn Job>>,
    batches: VecDeque<(Instant, Box<dyn Job>)>,
    closed: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, urgency: Urgency, job: Box<dyn Job>) {
        let mut waiting = self.lock();
        match urgency {
            Urgency::Request => waiting.requests.push_back(job),
            Urgency::Batch => waiting.batches.push_back((Instant::now(), job)),
        }
        self.wake.notify_one();
    }

    /// What is to be done next: requests together, or one batch. Nothing, once nobody can ask any more.
    fn next(&self) -> Option<Vec<Box<dyn Job>>> {
        let mut waiting = self.lock();
        loop {
            let is_patient = waiting.batches.front().is_none_or(|(since, _)| since.elapsed() < PATIENCE);
            if !waiting.requests.is_empty() && is_patient {
                let some = waiting.requests.len().min(TOGETHER);
                return Some(waiting.requests.drain(..some).collect());
            }
            if let Some((_, batch)) = waiting.batches.pop_front() {
                return Some(vec![batch]);
            }
            if waiting.closed {
                return None;
            }
            waiting = self.wake.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
