//! Workers and schedulers on one database: everything is done, nothing twice, whatever breaks off.

use crate::support::World;
use crate::support::server::settings;
use chrono::TimeDelta;
use comptoir_app::events::enqueue::{Task, row};
use comptoir_app::events::schedule::{Scheduler, queue_slots};
use comptoir_app::events::{EventFailure, Handlers, Retry, Worker, WorkerOptions};
use comptoir_app::kernel::keys::MasterKey;
use comptoir_app::{AppState, Clock, Settings};
use comptoir_db::events::{self, EventFilter, EventRow, Reach};
use comptoir_db::{Page, Scope, Store, watermarks};
use comptoir_domain::events::{EventKind, EventState};
use comptoir_domain::{EventId, Instant, SellerId};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

/// An instance of the house on the world's database, with the world's clocks.
fn instance(world: &World, handlers: Handlers) -> Arc<AppState> {
    with_settings(world, handlers, settings())
}

fn with_settings(world: &World, handlers: Handlers, settings: Settings) -> Arc<AppState> {
    let store = Store::open(&world.database.address, 4).unwrap();
    let settings = Settings { fake_book: world.server.fake_book.clone(), ..settings };
    let state = AppState::new(store, &MasterKey::new([7; 32]), settings).unwrap();
    Arc::new(state.with_clocks(world.server.business.clone(), world.server.machine.clone()).with_handlers(handlers))
}

fn quick() -> WorkerOptions {
    WorkerOptions { idle: Duration::from_millis(20), grace: Duration::from_secs(5), ..WorkerOptions::default() }
}

fn seller(world: &World, code: &str) -> SellerId {
    world.seller(code).ids["sel"].parse().unwrap()
}

fn task(kind: EventKind, key: impl ToString) -> Task {
    Task { kind, unique_key: key.to_string(), subject_id: String::new(), payload: json!({}), run_at: None }
}

async fn queue(state: &AppState, seller: SellerId, tasks: Vec<Task>) -> (usize, Vec<EventId>) {
    let rows: Vec<_> = tasks.into_iter().map(|task| row(Some(seller), task, state.now())).collect();
    let ids = rows.iter().map(|row| row.id).collect();
    (state.store.write(move |tx| events::enqueue(tx, &rows)).await.unwrap(), ids)
}

async fn event(state: &AppState, seller: SellerId, id: EventId) -> EventRow {
    let reach = Reach { scope: Scope::of(seller), house: true };
    state.store.read(move |db| events::find(db, reach, id)).await.unwrap()
}

/// The events of a seller, and of the house, of one kind.
async fn all(state: &AppState, seller: SellerId, kind: EventKind) -> Vec<EventRow> {
    let reach = Reach { scope: Scope::of(seller), house: true };
    let filter = EventFilter { kinds: Some(vec![kind]), ..EventFilter::default() };
    let page = Page { limit: 10_000, sort: String::new(), descending: false, after: None };
    state.store.read(move |db| events::list(db, reach, &filter, &page)).await.unwrap().rows
}

/// Who ran which event, in the order in which they began.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<Vec<(EventId, &'static str)>>>);

impl Book {
    fn note(&self, event: &EventRow, who: &'static str) {
        self.0.lock().unwrap().push((event.id, who));
    }

    fn lines(&self) -> Vec<(EventId, &'static str)> {
        self.0.lock().unwrap().clone()
    }

    /// A handler that notes who it is, takes a moment and succeeds.
    fn handler(&self, who: &'static str) -> Handlers {
        let book = self.clone();
        Handlers::default().on(EventKind::SuspendService, move |_, event| {
            let book = book.clone();
            Box::pin(async move {
                book.note(event, who);
                tokio::time::sleep(Duration::from_millis(3)).await;
                Ok(json!({ "by": who }))
            })
        })
    }

    /// One that notes who it is and waits until it is let go.
    fn waiting(&self, who: &'static str, gate: &Arc<Notify>) -> Handlers {
        let (book, gate) = (self.clone(), Arc::clone(gate));
        Handlers::default().on(EventKind::SuspendService, move |_, event| {
            let (book, gate) = (book.clone(), Arc::clone(&gate));
            Box::pin(async move {
                book.note(event, who);
                gate.notified().await;
                Ok(json!({ "by": who }))
            })
        })
    }
}

fn failing(failure: EventFailure) -> Handlers {
    Handlers::default().on(EventKind::ScreenOrder, move |_, _| {
        let failure = failure.clone();
        Box::pin(async move { Err(failure) })
    })
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

both! {
    fn two_workers_share_and_do_nothing_twice(world) {
        let north = seller(world, "north");
        block_on(async {
            let book = Book::default();
            let (a, b) = (instance(world, book.handler("a")), instance(world, book.handler("b")));
            let (new, ids) = queue(&a, north, (0..200).map(|at| task(EventKind::SuspendService, format!("service:{at}"))).collect()).await;
            assert_eq!(new, 200);
            let workers = [Worker::new(Arc::clone(&a), quick()).start(), Worker::new(b, quick()).start()];
            until("all are done", async || all(&a, north, EventKind::SuspendService).await.iter().all(|row| row.state == EventState::Done)).await;
            for worker in workers {
                worker.stop().await;
            }
            let mut runs: HashMap<EventId, u32> = HashMap::new();
            book.lines().into_iter().for_each(|(id, _)| *runs.entry(id).or_default() += 1);
            assert_eq!(runs, ids.iter().map(|id| (*id, 1)).collect());
            for who in ["a", "b"] {
                assert!(book.lines().iter().any(|(_, by)| *by == who), "{who} did nothing");
            }
            assert!(all(&a, north, EventKind::SuspendService).await.iter().all(|row| row.attempts == 1 && row.leased_by.is_none()));
        });
    }

    fn what_a_crashed_worker_held_is_run_once_more(world) {
        let north = seller(world, "north");
        block_on(async {
            let (book, gate) = (Book::default(), Arc::default());
            let (a, b) = (instance(world, book.waiting("a", &gate)), instance(world, book.handler("b")));
            let (_, ids) = queue(&a, north, vec![task(EventKind::SuspendService, "service:1")]).await;
            let crashing = Worker::new(a, quick()).start();
            until("it has begun", async || !book.lines().is_empty()).await;
            drop(crashing);
            let second = Worker::new(Arc::clone(&b), quick());
            assert_eq!(second.drain().await.unwrap(), 0, "the lease has not run out");
            assert_eq!(event(&b, north, ids[0]).await.state, EventState::Running);
            world.server.machine.advance_to(world.server.machine.now().plus(TimeDelta::seconds(61)));
            assert_eq!(second.drain().await.unwrap(), 1);
            assert_eq!(second.drain().await.unwrap(), 0);
            let row = event(&b, north, ids[0]).await;
            assert_eq!((row.state, row.attempts, row.result.0), (EventState::Done, 2, json!({"by": "b"})));
            assert_eq!(book.lines(), [(ids[0], "a"), (ids[0], "b")]);
        });
    }

    fn who_lost_his_lease_records_nothing(world) {
        let north = seller(world, "north");
        block_on(async {
            let (book, gate) = (Book::default(), Arc::new(Notify::new()));
            let (a, b) = (instance(world, book.waiting("a", &gate)), instance(world, book.handler("b")));
            let (_, ids) = queue(&a, north, vec![task(EventKind::SuspendService, "service:1")]).await;
            // one at a time, or it would take its own event over
            let stalled = Worker::new(a, WorkerOptions { concurrency: 1, ..quick() }).start();
            until("it has begun", async || !book.lines().is_empty()).await;
            world.server.machine.advance_to(world.server.machine.now().plus(TimeDelta::seconds(61)));
            assert_eq!(Worker::new(Arc::clone(&b), quick()).drain().await.unwrap(), 1);
            gate.notify_one();
            stalled.stop().await;
            let row = event(&b, north, ids[0]).await;
            assert_eq!((row.state, row.attempts, row.result.0), (EventState::Done, 2, json!({"by": "b"})));
        });
    }

    fn a_long_run_keeps_its_lease(world) {
        let north = seller(world, "north");
        block_on(async {
            let (book, gate) = (Book::default(), Arc::new(Notify::new()));
            let real = |handlers| {
                let settings = Settings { fake_book: world.server.fake_book.clone(), ..settings() };
                let store = Store::open(&world.database.address, 4).unwrap();
                let state = AppState::new(store, &MasterKey::new([7; 32]), settings).unwrap();
                Arc::new(state.with_clocks(Clock::System, Clock::System).with_handlers(handlers))
            };
            let (a, b) = (real(book.waiting("a", &gate)), real(book.handler("b")));
            let (_, ids) = queue(&a, north, vec![task(EventKind::SuspendService, "service:1")]).await;
            let lease = Duration::from_millis(900);
            let worker = Worker::new(a, WorkerOptions { lease, ..quick() }).start();
            until("it has begun", async || !book.lines().is_empty()).await;
            let other = Worker::new(Arc::clone(&b), quick());
            // three leases long
            for _ in 0..27 {
                tokio::time::sleep(Duration::from_millis(100)).await;
                assert_eq!(other.drain().await.unwrap(), 0);
            }
            gate.notify_one();
            worker.stop().await;
            let row = event(&b, north, ids[0]).await;
            assert_eq!((row.state, row.attempts), (EventState::Done, 1));
        });
    }

    fn waits_longer_each_time_then_a_person_has_to_look(world) {
        let north = seller(world, "north");
        let id = block_on(async {
            let state = instance(world, failing(EventFailure::passing("the gateway does not answer")));
            let (_, ids) = queue(&state, north, vec![task(EventKind::ScreenOrder, "screen:1")]).await;
            let worker = Worker::new(Arc::clone(&state), quick());
            // an order is asked about five times: waits of 30, 60, 120, 240 seconds, half of them at least
            for seconds in [30, 60, 120, 240] {
                let now = state.machine.now();
                assert_eq!(worker.drain().await.unwrap(), 1);
                let row = event(&state, north, ids[0]).await;
                assert_eq!((row.state, row.last_error.as_str()), (EventState::Queued, "the gateway does not answer"));
                let (least, most) = (now.plus(TimeDelta::seconds(seconds / 2)), now.plus(TimeDelta::seconds(seconds)));
                assert!(least <= row.run_at && row.run_at <= most, "{} is not from {least} to {most}", row.run_at);
                state.machine.advance_to(row.run_at.plus(TimeDelta::microseconds(-1)));
                assert_eq!(worker.drain().await.unwrap(), 0);
                state.machine.advance_to(row.run_at);
            }
            assert_eq!(worker.drain().await.unwrap(), 1);
            let row = event(&state, north, ids[0]).await;
            assert_eq!((row.state, row.attempts, row.finished_at), (EventState::Failed, 5, Some(state.machine.now())));
            assert_eq!(worker.drain().await.unwrap(), 0);
            ids[0]
        });
        let owner = world.owner("north");
        let todos = owner.get("/v1/todos?kind=event_failed").expect(200).json();
        assert_eq!((todos["data"].as_array().unwrap().len(), &todos["data"][0]["subject_id"]), (1, &json!(id)));
        assert!(todos["data"][0]["detail"].as_str().unwrap().contains("the gateway does not answer"), "{todos}");
        assert_eq!(world.owner("south").get("/v1/todos?kind=event_failed").json()["data"], json!([]));
        let again = owner.act(&format!("/v1/events/{id}/retry")).expect(200).json();
        assert_eq!((&again["state"], &again["attempts"]), (&json!("queued"), &json!(0)));
    }

    fn failures_say_whether_to_try_again(world) {
        let north = seller(world, "north");
        let tomorrow: Instant = "2026-01-06T09:00:00Z".parse().unwrap();
        block_on(async {
            for (key, retry, state, run_at) in [
                ("never", Retry::Never, EventState::Failed, world.server.machine.now()),
                ("tomorrow", Retry::At(tomorrow), EventState::Queued, tomorrow),
            ] {
                let house = instance(world, failing(EventFailure { retry, message: "no".into() }));
                let (_, ids) = queue(&house, north, vec![task(EventKind::ScreenOrder, key)]).await;
                assert_eq!(Worker::new(Arc::clone(&house), quick()).drain().await.unwrap(), 1);
                let row = event(&house, north, ids[0]).await;
                assert_eq!((row.state, row.run_at, row.attempts), (state, run_at, 1), "{key}");
            }
            let panicking = Handlers::default().on(EventKind::SuspendService, |_, _| Box::pin(async { panic!("a bug") }));
            let house = instance(world, panicking);
            let (_, ids) = queue(&house, north, vec![task(EventKind::SuspendService, "panic")]).await;
            assert_eq!(Worker::new(Arc::clone(&house), quick()).drain().await.unwrap(), 1);
            assert_eq!(event(&house, north, ids[0]).await.state, EventState::Queued);
        });
    }

    fn what_kills_its_worker_each_time_is_given_up(world) {
        let north = seller(world, "north");
        block_on(async {
            let (book, gate) = (Book::default(), Arc::default());
            let house = instance(world, book.waiting("a", &gate));
            let (_, ids) = queue(&house, north, vec![task(EventKind::SuspendService, "service:1")]).await;
            // a service is tried eight times
            for attempt in 1..=8 {
                let worker = Worker::new(Arc::clone(&house), quick()).start();
                until("it has begun", async || book.lines().len() == attempt).await;
                drop(worker);
                // a renewal that was on its way when the worker died still counts by the old time
                tokio::time::sleep(Duration::from_millis(200)).await;
                house.machine.advance_to(house.machine.now().plus(TimeDelta::seconds(61)));
            }
            assert_eq!(Worker::new(Arc::clone(&house), quick()).drain().await.unwrap(), 1);
            assert_eq!((event(&house, north, ids[0]).await.state, book.lines().len()), (EventState::Failed, 8));
        });
    }

    fn one_key_is_one_event_and_due_is_due(world) {
        let north = seller(world, "north");
        block_on(async {
            let book = Book::default();
            let house = instance(world, book.handler("a"));
            let later = house.machine.now().plus(TimeDelta::hours(1));
            let tasks = vec![task(EventKind::SuspendService, "1"), task(EventKind::SuspendService, "2"), task(EventKind::SuspendService, "1")];
            assert_eq!(queue(&house, north, tasks).await.0, 2);
            let (new, ids) = queue(&house, north, vec![task(EventKind::SuspendService, "2"), Task { run_at: Some(later), ..task(EventKind::SuspendService, "3") }]).await;
            assert_eq!(new, 1);
            let worker = Worker::new(Arc::clone(&house), quick());
            assert_eq!(worker.drain().await.unwrap(), 2);
            // a done event holds its key
            assert_eq!(queue(&house, north, vec![task(EventKind::SuspendService, "1")]).await.0, 0);
            // the business's clock does not matter to panels
            world.server.business.advance_to(later);
            assert_eq!(worker.drain().await.unwrap(), 0);
            world.server.machine.advance_to(later);
            assert_eq!(worker.drain().await.unwrap(), 1);
            assert_eq!(event(&house, north, ids[1]).await.state, EventState::Done);
        });
    }

    fn a_slot_is_queued_once_whoever_queues_it(world) {
        let provider: SellerId = world.owner("provider").get("/v1/seller").text("/id").parse().unwrap();
        block_on(async {
            let handlers = || Handlers::default()
                .on(EventKind::ProcessSync, |_, _| Box::pin(async { Ok(Value::Null) }))
                .on(EventKind::ProcessInvoices, |_, _| Box::pin(async { Ok(Value::Null) }));
            let (a, b) = (instance(world, handlers()), instance(world, handlers()));
            let both = async || {
                let (a, b) = tokio::join!(queue_slots(&a), queue_slots(&b));
                a.unwrap() + b.unwrap()
            };
            assert_eq!([both().await, both().await], [2, 0]);
            let keys = async |kind| all(&a, provider, kind).await.into_iter().map(|row| (row.unique_key, row.run_at.to_string())).collect::<Vec<_>>();
            assert_eq!(keys(EventKind::ProcessSync).await, [("machine:process_sync:2026-01-05T09:00:00Z".to_string(), "2026-01-05T09:00:00Z".to_string())]);
            assert_eq!(keys(EventKind::ProcessInvoices).await, [("business:process_invoices:2026-01-05T00:15:00Z".to_string(), "2026-01-05T00:15:00Z".to_string())]);
            world.server.machine.advance_to("2026-01-05T09:05:00Z".parse().unwrap());
            assert_eq!([both().await, both().await], [1, 0]);
            // three days down: the latest slot of each kind comes, those between do not
            for clock in [&world.server.machine, &world.server.business] {
                clock.advance_to("2026-01-08T09:02:00Z".parse().unwrap());
            }
            let timers = [Scheduler::start(Arc::clone(&a)).await.unwrap(), Scheduler::start(Arc::clone(&b)).await.unwrap()];
            assert_eq!(keys(EventKind::ProcessSync).await.len(), 3);
            assert_eq!(keys(EventKind::ProcessInvoices).await.last().unwrap().1, "2026-01-08T00:15:00Z");
            assert_eq!(keys(EventKind::ProcessInvoices).await.len(), 2);
            for timer in timers {
                timer.stop().await;
            }
        });
    }

    fn old_events_are_forgotten_but_never_the_latest_slot(world) {
        let provider: SellerId = world.owner("provider").get("/v1/seller").text("/id").parse().unwrap();
        let folder = tempfile::tempdir().unwrap();
        block_on(async {
            let house = with_settings(world, Handlers::standard(), Settings { archive_folder: folder.path().into(), ..settings() });
            let worker = Worker::new(Arc::clone(&house), quick());
            let recurring = house.handlers.kinds().into_iter().filter(|kind| kind.is_recurring()).count();
            assert_eq!(queue_slots(&house).await.unwrap(), recurring);
            // and the three that the world began with
            assert_eq!(worker.drain().await.unwrap(), recurring + 3);
            // 80 days: longer than events are kept, still in the same quarter
            for clock in [&world.server.machine, &world.server.business] {
                clock.advance_to("2026-03-26T09:00:00Z".parse().unwrap());
            }
            assert_eq!(queue_slots(&house).await.unwrap(), recurring - 1);
            assert_eq!(worker.drain().await.unwrap(), recurring - 1);
            let slots = async |kind| all(&house, provider, kind).await.into_iter().map(|row| row.run_at.to_string()).collect::<Vec<_>>();
            assert_eq!(slots(EventKind::PurgeEvents).await, ["2026-03-26T05:30:00Z"]);
            assert_eq!(queue_slots(&house).await.unwrap(), 0, "the quarter's run is not repeated");
            assert!(slots(EventKind::ProcessActionLog).await.contains(&"2026-01-01T05:00:00Z".to_string()));
        });
    }

    fn old_activities_move_to_files(world) {
        let (owner, south) = (world.owner("north"), world.owner("south"));
        let shown = owner.get("/v1/activities?limit=100&sort=created_at").json()["data"].as_array().unwrap().clone();
        let folder = tempfile::tempdir().unwrap();
        let north = seller(world, "north");
        let files = folder.path().join("activities").join(north.to_string());
        // an earlier run was broken off after it wrote half a file
        let file = files.join(format!("{}.jsonl", shown[0]["id"].as_str().unwrap()));
        std::fs::create_dir_all(&files).unwrap();
        std::fs::write(&file, "{\"half").unwrap();
        let theirs = south.get("/v1/activities").text;
        block_on(async {
            let house = with_settings(world, Handlers::standard(), Settings { archive_folder: folder.path().into(), ..settings() });
            let run = async |key: &str| {
                let (_, ids) = queue(&house, north, vec![task(EventKind::ProcessActionLog, key)]).await;
                Worker::new(Arc::clone(&house), quick()).drain().await.unwrap();
                event(&house, north, ids[0]).await.result.0
            };
            let off = async |code: &str| {
                let seller = seller(world, code);
                for row in all(&house, seller, EventKind::ProcessActionLog).await {
                    let row = EventRow { state: EventState::Cancelled, ..row };
                    house.store.write(move |tx| events::save(tx, &row)).await.unwrap();
                }
            };
            for code in ["north", "south"] {
                off(code).await;
            }
            world.server.business.advance_to("2027-01-05T08:59:59Z".parse().unwrap());
            assert_eq!(run("a day early").await, json!({"moved": 0, "files": 0}));
            world.server.business.advance_to("2027-01-05T09:00:01Z".parse().unwrap());
            assert_eq!(run("now").await, json!({"moved": shown.len(), "files": 1}));
            assert_eq!(run("again").await, json!({"moved": 0, "files": 0}));
        });
        let lines: Vec<Value> = std::fs::read_to_string(&file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines.is_sorted_by(|a, b| a["sequence"].as_i64() < b["sequence"].as_i64()));
        let facts: Vec<Value> = lines.into_iter().map(|mut line| { line.as_object_mut().unwrap().remove("sequence"); line }).collect();
        assert_eq!(facts, shown);
        assert_eq!(std::fs::read_dir(&files).unwrap().count(), 1);
        // north signed in before the year was over; the log now begins with the note of the move
        let left = owner.get("/v1/activities").json();
        assert_eq!((left["data"].as_array().unwrap().len(), &left["data"][0]["kind"]), (1, &json!("activities.moved")));
        assert_eq!(south.get("/v1/activities").text, theirs);
    }

    fn a_watermark_never_goes_back(world) {
        let scope = Scope::of(seller(world, "north"));
        let other = Scope::of(seller(world, "south"));
        block_on(async {
            let house = instance(world, Handlers::default());
            let kind = EventKind::ProcessInvoices;
            let at = |day: &str| day.parse::<chrono::NaiveDate>().unwrap();
            let advance = async |day: &str| {
                let day = at(day);
                house.store.write(move |tx| watermarks::advance(tx, scope, kind, day)).await.unwrap()
            };
            let read = async |scope| house.store.read(move |db| watermarks::read(db, scope, kind)).await.unwrap();
            assert_eq!(read(scope).await, None);
            assert_eq!([advance("2028-02-28").await, advance("2028-02-29").await, advance("2028-02-29").await, advance("2028-02-01").await], [true, true, false, false]);
            assert_eq!((read(scope).await, read(other).await), (Some(at("2028-02-29")), None));
        });
    }
}
