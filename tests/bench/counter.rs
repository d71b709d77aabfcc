//! What the server answers, asked by four callers without pause.

use crate::caller::{Caller, Server, Shop};
use crate::meter::{memory, percentile, used_by};
use crate::site::{SELLER, Site};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub const HEADING: &str = "\
| four callers | a second | half within | 99 of 100 within | CPU of the server, ms each | memory after |
|---|---:|---:|---:|---:|---:|";

pub const CALLERS: usize = 4;

/// The lines of the table.
pub fn measure(site: Site, calls: usize) -> Vec<String> {
    let server = Server::start(&site);
    let at_rest = memory(server.process.id());
    let stranger = Caller::new(&server.url);
    let owner = stranger.sign_in();
    let shop = Shop::find(&owner);
    let buyers: Vec<Caller> = (0..CALLERS).map(|number| shop.buyer(&owner, number)).collect();
    let mut lines = vec![format!("| the server at rest | | | | | {at_rest} MB |")];
    let mut add = |what: &str, calls: usize, work: &(dyn Fn(usize, usize) + Sync)| {
        let before = used_by(server.process.id());
        let (wall, mut times) = load(calls, work);
        lines.push(line(what, (wall, used_by(server.process.id()) - before), &mut times, &server));
    };
    let home = format!("/stores/{SELLER}/boutique/fr-FR/");
    add("a page of the catalogue", calls * 10, &|_, _| stranger.page(&home));
    add("the cart, rendered", calls * 4, &|_, _| stranger.page(&format!("{home}cart/")));
    add("a quote", calls * 2, &|_, _| {
        shop.quote(&stranger);
    });
    add("a checkout (quote, order, card)", calls, &|caller, call| {
        shop.check_out(&stranger, &buyers[caller], call);
    });
    lines
}

/// What happened so often within a time on the wall and with so much time on the processor.
pub fn line(what: &str, (wall, cpu): (Duration, Duration), times: &mut [Duration], server: &Server) -> String {
    let millis = |time: Duration| format!("{}.{:01} ms", time.as_millis(), time.as_micros() / 100 % 10);
    let count = u32::try_from(times.len()).unwrap();
    let each = (cpu / count).as_micros();
    format!(
        "| {what} | {} | {} | {} | {}.{:02} | {} MB |",
        u128::from(count) * 1_000_000 / wall.as_micros(),
        millis(percentile(times, 50)),
        millis(percentile(times, 99)),
        each / 1_000,
        each / 10 % 100,
        memory(server.process.id()),
    )
}

/// So many calls in all; how long they took together and each. `work` hears who calls, and for the how-manieth time.
fn load(calls: usize, work: &(dyn Fn(usize, usize) + Sync)) -> (Duration, Vec<Duration>) {
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    let one = |caller: usize| {
        let mut times = Vec::new();
        loop {
            let call = next.fetch_add(1, Ordering::Relaxed);
            if call >= calls {
                return times;
            }
            let began = Instant::now();
            work(caller, call);
            times.push(began.elapsed());
        }
    };
    let times = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS).map(|caller| scope.spawn(move || one(caller))).collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    (began.elapsed(), times)
}
