//! The door to the database: [`Store::read`] and [`Store::write`] each run one whole use case, off the async threads.
//!
//! SQLite has one writer thread with a queue (requests before batches), so writers never fight for the lock, and a pool
//! of readers. PostgreSQL has a pool; a write that loses against another (deadlock, serialization) is run again, which is
//! why `write` takes `Fn`. A use case that panics is rolled back. Nothing here knows what is stored.

use crate::connection::{Address, Purpose, open};
use crate::{Db, Failure, Outcome, migrate};
use diesel::connection::SimpleConnection;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tokio::sync::{Semaphore, oneshot};

type Job = Box<dyn FnOnce(&mut Db) + Send>;

/// How urgent a write is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Urgency {
    /// Someone waits for the answer.
    Request,
    /// Part of a long run; waits until no request does.
    Batch,
}

/// A migrated database, shared by everything that runs.
#[derive(Clone)]
pub struct Store {
    address: Address,
    readers: Arc<Pool>,
    writer: Arc<Writer>,
}

enum Writer {
    /// SQLite's one writer.
    Thread(Queue),
    /// PostgreSQL: the pool, with a few connections that only writers use.
    Pool(Pool),
}

impl Store {
    /// Opens and migrates. `connections` bounds the readers, and on PostgreSQL the writers too.
    pub fn open(address: &Address, connections: usize) -> Outcome<Self> {
        Self::upon(open(address, Purpose::Write)?, address, connections)
    }

    /// The same for what can be done again: no commit waits for the disk. A power cut may take the last ones along, but
    /// breaks nothing. (On PostgreSQL the address says so.)
    pub fn open_for_rehearsal(address: &Address, connections: usize) -> Outcome<Self> {
        let mut first = open(address, Purpose::Write)?;
        if let Db::Sqlite(c) = &mut first {
            c.batch_execute("PRAGMA synchronous = NORMAL;")?;
        }
        Self::upon(first, address, connections)
    }

    /// With the connection that becomes SQLite's writer.
    fn upon(mut first: Db, address: &Address, connections: usize) -> Outcome<Self> {
        for name in migrate::migrate(&mut first)? {
            tracing::info!(migration = name, "applied");
        }
        let writer = match address {
            Address::Sqlite(_) => Writer::Thread(Queue::start(first)?),
            Address::Postgres(_) => Writer::Pool(Pool::new(address.clone(), Purpose::Write, connections)),
        };
        let readers = Pool::new(address.clone(), Purpose::Read, connections);
        Ok(Self { address: address.clone(), readers: Arc::new(readers), writer: Arc::new(writer) })
    }

    /// Where the data lives.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Runs `work` on one consistent view of the data.
    pub async fn read<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Db) -> Outcome<T> + Send + 'static,
    {
        self.readers.run(move |db| transaction(db, Purpose::Read, work)).await
    }

    /// Runs `work` in one transaction: all of its writes stay, or none. It may run more than once.
    pub async fn write<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: Fn(&mut Db) -> Outcome<T> + Send + 'static,
    {
        self.write_as(Urgency::Request, work).await
    }

    /// The same, behind everyone who waits for an answer.
    pub async fn write_batch<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: Fn(&mut Db) -> Outcome<T> + Send + 'static,
    {
        self.write_as(Urgency::Batch, work).await
    }

    async fn write_as<T, F>(&self, urgency: Urgency, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: Fn(&mut Db) -> Outcome<T> + Send + 'static,
    {
        match &*self.writer {
            Writer::Thread(queue) => queue.run(urgency, move |db| persist(db, &work)).await,
            Writer::Pool(pool) => pool.run(move |db| persist(db, &work)).await,
        }
    }
}

/// How often a transaction that lost against another is run again.
const TRIES: u32 = 8;

fn persist<T>(db: &mut Db, work: &impl Fn(&mut Db) -> Outcome<T>) -> Outcome<T> {
    let mut tries = 1;
    loop {
        match transaction(db, Purpose::Write, work) {
            Err(failure) if failure.is_retryable() && tries < TRIES => {
                tracing::debug!(tries, %failure, "running the transaction again");
                std::thread::sleep(std::time::Duration::from_millis(u64::from(tries * tries)));
                tries += 1;
            }
            outcome => return outcome,
        }
    }
}

fn transaction<T>(db: &mut Db, purpose: Purpose, work: impl FnOnce(&mut Db) -> Outcome<T>) -> Outcome<T> {
    db.begin(purpose)?;
    let outcome = catch_unwind(AssertUnwindSafe(|| work(db))).unwrap_or_else(|panic| {
        let text =
            panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Failure::Panic(text.unwrap_or_default()))
    });
    match outcome {
        Ok(value) => {
            db.commit()?;
            Ok(value)
        }
        Err(failure) => {
            if let Err(second) = db.rollback() {
                tracing::error!(%second, "rollback failed");
            }
            Err(failure)
        }
    }
}

/// The writer thread and what waits for it.
struct Queue {
    waiting: Arc<(Mutex<Waiting>, Condvar)>,
}

#[derive(Default)]
struct Waiting {
    requests: VecDeque<Job>,
    batches: VecDeque<Job>,
    closed: bool,
}

impl Queue {
    fn start(mut db: Db) -> Outcome<Self> {
        let waiting = Arc::new((Mutex::new(Waiting::default()), Condvar::new()));
        let theirs = Arc::clone(&waiting);
        let work = move || {
            while let Some(job) = next_job(&theirs) {
                job(&mut db);
            }
        };
        let thread = std::thread::Builder::new().name("writer".into()).spawn(work);
        thread.map_err(|error| Failure::Open(format!("writer thread: {error}")))?;
        Ok(Self { waiting })
    }

    async fn run<T: Send + 'static>(
        &self,
        urgency: Urgency,
        work: impl FnOnce(&mut Db) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            // the caller may have gone away; what was asked for is done all the same
            let _ = sender.send(work(db));
        });
        {
            let (waiting, wake) = &*self.waiting;
            let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
            match urgency {
                Urgency::Request => waiting.requests.push_back(job),
                Urgency::Batch => waiting.batches.push_back(job),
            }
            wake.notify_one();
        }
        receiver.await.unwrap_or_else(|_| Err(Failure::Open("the writer has stopped".into())))
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        let (waiting, wake) = &*self.waiting;
        waiting.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        wake.notify_all();
    }
}

fn next_job((waiting, wake): &(Mutex<Waiting>, Condvar)) -> Option<Job> {
    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let Some(job) = waiting.requests.pop_front() {
            return Some(job);
        }
        if let Some(job) = waiting.batches.pop_front() {
            return Some(job);
        }
        if waiting.closed {
            return None;
        }
        waiting = wake.wait(waiting).unwrap_or_else(PoisonError::into_inner);
    }
}

/// A bounded set of connections, opened when first needed, dropped when they break. Waiting for one does not hold a
/// thread, which is why this is not r2d2.
struct Pool {
    address: Address,
    purpose: Purpose,
    places: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Db>>>,
}

impl Pool {
    fn new(address: Address, purpose: Purpose, size: usize) -> Self {
        Self { address, purpose, places: Arc::new(Semaphore::new(size.max(1))), idle: Arc::default() }
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Db) -> Outcome<T> + Send + 'static) -> Outcome<T> {
        let wait = std::time::Duration::from_secs(10);
        let place = tokio::time::timeout(wait, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.ok().and_then(Result::ok).ok_or_else(|| Failure::Open("all connections are busy".into()))?;
        let (address, purpose, idle) = (self.address.clone(), self.purpose, Arc::clone(&self.idle));
        let job = move || {
            // kept until the work ends, even if the caller goes away before
            let _place = place;
            let kept = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut db = match kept {
                Some(db) => db,
                None => open(&address, purpose)?,
            };
            let outcome = work(&mut db);
            if !is_broken(&mut db) {
                idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
            }
            outcome
        };
        tokio::task::spawn_blocking(job).await.unwrap_or_else(|error| Err(Failure::Panic(error.to_string())))
    }
}

fn is_broken(db: &mut Db) -> bool {
    use diesel::r2d2::R2D2Connection;
    match db {
        Db::Sqlite(c) => c.is_broken(),
        Db::Pg(c) => c.is_broken(),
    }
}
