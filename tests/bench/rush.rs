//! Orders while a billing run goes on: both write, and nobody at the counter may notice.

use crate::caller::{Caller, Server, Shop, text};
use crate::counter::{CALLERS, line};
use crate::meter::used_by;
use crate::population::multiply;
use crate::site::Site;
use comptoir_app::Clock;
use comptoir_db::sellers;
use serde_json::json;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// One line of the table of the counter, for the orders alone.
pub fn measure(site: &Site, contracts: usize) -> String {
    let server = Server::start(site);
    let stranger = Caller::new(&server.url);
    let owner = stranger.sign_in();
    let shop = Shop::find(&owner);
    let buyers: Vec<Caller> = (0..CALLERS).map(|number| shop.buyer(&owner, number)).collect();
    let scope = site.scope(&mut site.connect());
    let today = Clock::System.now().date_in(sellers::own(&mut site.connect(), scope).unwrap().time_zone);
    multiply(site, contracts, today);
    let (before, began) = (used_by(server.process.id()), Instant::now());
    let run = owner.post("/v1/events/run", "run", &json!({"kind": "process_invoices"}));
    let run = format!("/v1/events/{}", text(&run, "/id"));
    let mut times =
        order_while(&|| is_at_work(&owner, &run), &|caller, call| shop.check_out(&stranger, &buyers[caller], call));
    let told = owner.get(&run);
    let made = told["result"]["invoices"].as_u64();
    assert!(made >= u64::try_from(contracts).ok(), "{told}");
    let what = format!("an order, while {contracts} invoices are written on {}", site.server().0);
    line(&what, (began.elapsed(), used_by(server.process.id()) - before), &mut times, &server)
}

fn is_at_work(owner: &Caller, run: &str) -> bool {
    ["queued", "running"].contains(&text(&owner.get(run), "/state"))
}

/// How long each took of what four callers do until the work is over.
fn order_while(is_at_work: &dyn Fn() -> bool, order: &(dyn Fn(usize, usize) -> Duration + Sync)) -> Vec<Duration> {
    let (calls, times, over) = (AtomicUsize::new(0), Mutex::new(Vec::new()), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for caller in 0..CALLERS {
            let (calls, times, over) = (&calls, &times, &over);
            scope.spawn(move || {
                while over.load(Ordering::Relaxed) == 0 {
                    let took = order(caller, calls.fetch_add(1, Ordering::Relaxed));
                    times.lock().unwrap().push(took);
                }
            });
        }
        while is_at_work() {
            std::thread::sleep(Duration::from_millis(50));
        }
        over.store(1, Ordering::Relaxed);
    });
    times.into_inner().unwrap()
}
