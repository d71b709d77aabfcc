//! The door to the database: [`Store::read`] and [`Store::write`] each run one whole use case, off the async threads.
//!
//! SQLite has one writer ([`crate::writer`]) and a pool of readers. PostgreSQL has a pool; a write that loses against another (deadlock, serialization) is run again, which is
//! why `write` takes `Fn`. A use case that panics is rolled back. Nothing here knows what is stored.

use crate::connection::{Address, Purpose, open};
use crate::writer::{Urgency, Writer};
use crate::{Db, Failure, Outcome, migrate};
use diesel::connection::SimpleConnection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// So long after someone has asked for a write the next one is to be expected.
const LATELY: Duration = Duration::from_millis(500);

/// A migrated database, shared by everything that runs.
#[derive(Clone)]
pub struct Store {
    address: Address,
    readers: Arc<Pool>,
    writers: Arc<Writers>,
    /// When someone last asked for a write.
    asked_at: Arc<Mutex<Option<Instant>>>,
}

enum Writers {
    /// SQLite's one writer.
    One(Writer),
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
        let writers = match address {
            Address::Sqlite(_) => Writers::One(Writer::start(first)?),
            Address::Postgres(_) => Writers::Pool(Pool::new(address.clone(), Purpose::Write, connections)),
        };
        let readers = Pool::new(address.clone(), Purpose::Read, connections);
        Ok(Self {
            address: address.clone(),
            readers: Arc::new(readers),
            writers: Arc::new(writers),
            asked_at: Arc::default(),
        })
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
        *self.asked_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
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

    /// Whether people write just now, who would wait for a long batch: for SQLite's one writer, on PostgreSQL for the
    /// rows that it locks.
    pub fn is_contended(&self) -> bool {
        self.asked_at.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| at.elapsed() < LATELY)
    }

    async fn write_as<T, F>(&self, urgency: Urgency, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: Fn(&mut Db) -> Outcome<T> + Send + 'static,
    {
        match &*self.writers {
            Writers::One(writer) => writer.run(urgency, work).await,
            Writers::Pool(pool) => pool.run(move |db| persist(db, &work)).await,
        }
    }
}

/// How often a transaction that lost against another is run again.
const TRIES: u32 = 8;

/// Runs it in a transaction of its own, again if it lost against another.
pub(crate) fn persist<T>(db: &mut Db, work: &impl Fn(&mut Db) -> Outcome<T>) -> Outcome<T> {
    let mut tries = 1;
    loop {
        match transaction(db, Purpose::Write, work) {
            Err(failure) if failure.is_retryable() && tries < TRIES => {
                tracing::debug!(tries, %failure, "running the transaction again");
                std::thread::sleep(Duration::from_millis(u64::from(tries * tries)));
                tries += 1;
            }
            outcome => return outcome,
        }
    }
}

fn transaction<T>(db: &mut Db, purpose: Purpose, work: impl FnOnce(&mut Db) -> Outcome<T>) -> Outcome<T> {
    db.begin(purpose)?;
    match caught(|| work(db)) {
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

/// A panic as a failure, so that what was written can be taken back.
pub(crate) fn caught<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text =
            panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Failure::Panic(text.unwrap_or_default()))
    })
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
        let wait = Duration::from_secs(10);
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
