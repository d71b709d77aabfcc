//! Many writers at once, some of which are refused, fail or panic after they have written: each is done wholly or not at
//! all, whoever it waited together with.

use crate::support::World;
use crate::support::database::words;
use comptoir_db::{Db, Failure, Outcome, Scope, Store, counters};
use comptoir_domain::{Code, Problem};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const TICKETS: &str = "SELECT CAST(value AS TEXT) AS word FROM counters WHERE name = 'tickets'";

/// What becomes of the nth writer once it has drawn its ticket. The first keeps all others waiting, so that they are
/// served together.
fn end(nth: usize, trouble: fn(usize) -> bool) -> Outcome<()> {
    match nth {
        0 => std::thread::sleep(Duration::from_millis(200)),
        _ if nth.is_multiple_of(5) => return Err(Problem::new(Code::WrongState, "refused").into()),
        _ if trouble(nth) && nth.is_multiple_of(2) => panic!("a writer panics, as it is to"),
        _ if trouble(nth) => return Err(Failure::Corrupt("a writer fails".into())),
        _ => {}
    }
    Ok(())
}

/// So many writers at once; the tickets that were drawn, and how many of them say that they did not succeed.
fn draw(world: &World, writers: usize, trouble: fn(usize) -> bool) -> (Vec<i64>, usize) {
    let scope = Scope::of(world.seller("north").ids["sel"].parse().unwrap());
    let store = Store::open(&world.database.address, 4).unwrap();
    let ended = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let one = |nth| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .write(move |tx| {
                        let ticket = counters::next(tx, scope, "tickets", 1)?;
                        end(nth, trouble).map(|()| ticket)
                    })
                    .await
            })
        };
        let mut ended = Vec::new();
        for writer in (0..writers).map(one).collect::<Vec<_>>() {
            ended.push(writer.await.unwrap());
        }
        ended
    });
    let failed = ended.iter().filter(|outcome| outcome.is_err()).count();
    let mut tickets: Vec<i64> = ended.into_iter().flatten().collect();
    tickets.sort_unstable();
    (tickets, failed)
}

both! {
    /// Of 100, each fifth but the first is refused: 19.
    fn a_refusal_concerns_nobody_else(world) {
        let (tickets, failed) = draw(world, 100, |_| false);
        assert_eq!((tickets, failed), ((1..=81).collect(), 19));
        assert_eq!(words(&mut world.database.connect(), TICKETS), ["81"]);
    }

    /// Of 100, 19 are refused, and each seventh other one but the first fails or panics: 14 less 35 and 70, which are refused, 12.
    fn a_failure_is_its_own(world) {
        let (tickets, failed) = draw(world, 100, |nth| nth.is_multiple_of(7));
        assert_eq!((tickets, failed), ((1..=69).collect(), 31));
        assert_eq!(words(&mut world.database.connect(), TICKETS), ["69"]);
    }

    /// However many ask for the writer without pause, each waiting for one answer before the next question, a long run gets on.
    fn a_long_run_is_not_starved(world) {
        let store = Store::open(&world.database.address, 8).unwrap();
        let parts = tokio::runtime::Runtime::new().unwrap().block_on(async {
            let over = Arc::new(AtomicBool::new(false));
            let ask = |_| {
                let (store, over) = (store.clone(), Arc::clone(&over));
                tokio::spawn(async move {
                    while !over.load(Ordering::Relaxed) {
                        let slow = |_: &mut Db| {
                            std::thread::sleep(Duration::from_millis(5));
                            Ok(())
                        };
                        store.write(slow).await.unwrap();
                    }
                })
            };
            let asking: Vec<_> = (0..6).map(ask).collect();
            let began = Instant::now();
            let mut parts = 0;
            while began.elapsed() < Duration::from_secs(2) {
                store.write_batch(|_| Ok(())).await.unwrap();
                parts += 1;
            }
            over.store(true, Ordering::Relaxed);
            for one in asking {
                one.await.unwrap();
            }
            parts
        });
        // each waits 100 ms and what is being written: some fifteen in two seconds, five on a busy machine
        assert!(parts >= 5, "{parts}");
    }

    /// Whoever has much to write hears whether others wrote lately.
    fn a_long_run_hears_of_others(world) {
        let store = Store::open(&world.database.address, 4).unwrap();
        let heard = tokio::runtime::Runtime::new().unwrap().block_on(async {
            store.write_batch(|_| Ok(())).await.unwrap();
            let mut heard = vec![store.is_contended()];
            store.write(|_| Ok(())).await.unwrap();
            store.write_batch(|_| Ok(())).await.unwrap();
            heard.push(store.is_contended());
            tokio::time::sleep(Duration::from_millis(600)).await;
            heard.push(store.is_contended());
            heard
        });
        assert_eq!(heard, [false, true, false]);
    }
}
