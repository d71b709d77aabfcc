//! What holds after any history (design: invariants). Each is a question in SQL to which the answer is nothing: written
//! from the rule, not from the code that keeps it.

use crate::support::World;
use crate::support::database::words;
use chrono::NaiveDate;

/// What must never be, and who would tell.
const NEVER: &[(&str, &str)] = &[
    (
        "more was credited than a line had charged",
        "SELECT l.description || ', net ' || CAST(l.net_minor AS TEXT) AS word
         FROM invoice_lines l JOIN invoice_lines c ON c.seller_id = l.seller_id AND c.credits_line_id = l.id
         GROUP BY l.seller_id, l.id, l.description, l.net_minor, l.gross_minor
         HAVING l.net_minor + sum(c.net_minor) < 0 OR l.gross_minor + sum(c.gross_minor) < 0",
    ),
    (
        "the periods of an item have a gap or overlap",
        "WITH spans AS (
            SELECT l.seller_id, l.item_id, l.period_from, l.period_to
            FROM invoice_lines l
            JOIN subscription_items t ON t.seller_id = l.seller_id AND t.id = l.item_id
            WHERE l.credits_line_id IS NULL AND l.kind NOT IN ('setup', 'fee')
                -- what begins after the end of an item was charged ahead, and is given back
                AND (t.to_on IS NULL OR l.period_from < t.to_on)
            UNION ALL
            SELECT seller_id, item_id, from_on, to_on FROM waived_periods
            WHERE kind NOT IN ('setup', 'fee')),
         steps AS (
            SELECT seller_id, item_id, period_from, lag(period_to) OVER (
                PARTITION BY seller_id, item_id ORDER BY period_from, period_to) AS until FROM spans)
         SELECT 'client ' || CAST(c.number AS TEXT) || ', ' || t.description || ': '
             || CAST(x.until AS TEXT) || ' then ' || CAST(x.period_from AS TEXT) AS word
         FROM steps x
         JOIN subscription_items t ON t.seller_id = x.seller_id AND t.id = x.item_id
         JOIN subscriptions s ON s.seller_id = t.seller_id AND s.id = t.subscription_id
         JOIN clients c ON c.seller_id = s.seller_id AND c.id = s.client_id
         -- what stood on a draft that is gone is charged by the next run, also between periods that stay charged
         WHERE x.until > x.period_from OR x.until < x.period_from AND x.until < s.billed_through",
    ),
    (
        "a day of a plan was charged twice and not given back",
        "WITH kept AS (
            SELECT l.seller_id, l.subscription_id, l.period_from AS from_on,
                CASE WHEN t.to_on < l.period_to THEN t.to_on ELSE l.period_to END AS to_on
            FROM invoice_lines l
            JOIN subscription_items t ON t.seller_id = l.seller_id AND t.id = l.item_id AND t.kind = 'plan'
            LEFT JOIN (
                SELECT seller_id, credits_line_id, sum(gross_minor) AS gross_minor FROM invoice_lines
                WHERE credits_line_id IS NOT NULL GROUP BY seller_id, credits_line_id) c
                ON c.seller_id = l.seller_id AND c.credits_line_id = l.id
            WHERE l.credits_line_id IS NULL AND l.kind NOT IN ('setup', 'fee')
                AND l.gross_minor + coalesce(c.gross_minor, 0) > 0),
         steps AS (
            SELECT seller_id, subscription_id, from_on, lag(to_on) OVER (
                PARTITION BY seller_id, subscription_id ORDER BY from_on, to_on) AS until FROM kept)
         SELECT 'client ' || CAST(c.number AS TEXT) || ', ' || s.name || ': '
             || CAST(x.until AS TEXT) || ' then ' || CAST(x.from_on AS TEXT) AS word
         FROM steps x
         JOIN subscriptions s ON s.seller_id = x.seller_id AND s.id = x.subscription_id
         JOIN clients c ON c.seller_id = s.seller_id AND c.id = s.client_id
         WHERE x.until > x.from_on",
    ),
    (
        "a document is not the sum of its lines",
        "SELECT coalesce(i.number, 'draft') AS word
         FROM invoices i JOIN invoice_lines l ON l.seller_id = i.seller_id AND l.invoice_id = i.id
         GROUP BY i.seller_id, i.id, i.number, i.net_minor, i.tax_minor, i.gross_minor
         HAVING sum(l.net_minor) <> i.net_minor OR sum(l.tax_minor) <> i.tax_minor
            OR sum(l.gross_minor) <> i.gross_minor OR i.net_minor + i.tax_minor <> i.gross_minor",
    ),
    (
        "a series has a gap, or a number that is older than the one before",
        "SELECT number AS word FROM (
            SELECT number, sequence, issued_on,
                row_number() OVER (PARTITION BY seller_id, series ORDER BY sequence) AS place,
                min(sequence) OVER (PARTITION BY seller_id, series) AS first,
                lag(issued_on) OVER (PARTITION BY seller_id, series ORDER BY sequence) AS earlier
            FROM invoices WHERE sequence IS NOT NULL) numbered
         WHERE sequence <> first + place - 1 OR earlier > issued_on",
    ),
    (
        "what a client owes is not what the books say",
        "WITH owed AS (
            SELECT seller_id, client_id, currency, sum(open_minor) AS minor FROM invoices
            WHERE state = 'issued' AND NOT is_written_off GROUP BY seller_id, client_id, currency),
         booked AS (
            SELECT e.seller_id, e.client_id, p.currency,
                sum(CASE WHEN p.debit = 'receivable' THEN p.amount_minor ELSE -p.amount_minor END) AS minor
            FROM ledger_postings p JOIN ledger_entries e ON e.seller_id = p.seller_id AND e.id = p.entry_id
            WHERE p.debit = 'receivable' OR p.credit = 'receivable' GROUP BY e.seller_id, e.client_id, p.currency)
         SELECT CAST(o.minor AS TEXT) || ' and ' || CAST(coalesce(b.minor, 0) AS TEXT) AS word
         FROM owed o LEFT JOIN booked b
            ON b.seller_id = o.seller_id AND b.client_id = o.client_id AND b.currency = o.currency
         WHERE o.minor <> coalesce(b.minor, 0)",
    ),
    (
        "the credit of a client is below nothing, or not what the books say",
        "WITH latest AS (
            SELECT seller_id, client_id, currency, sum(amount_minor) AS minor FROM client_credits
            GROUP BY seller_id, client_id, currency),
         booked AS (
            SELECT e.seller_id, e.client_id, p.currency,
                sum(CASE WHEN p.credit = 'client_credit' THEN p.amount_minor ELSE -p.amount_minor END) AS minor
            FROM ledger_postings p JOIN ledger_entries e ON e.seller_id = p.seller_id AND e.id = p.entry_id
            WHERE p.debit = 'client_credit' OR p.credit = 'client_credit' GROUP BY e.seller_id, e.client_id, p.currency)
         SELECT CAST(l.minor AS TEXT) || ' and ' || CAST(coalesce(b.minor, 0) AS TEXT) AS word
         FROM latest l LEFT JOIN booked b
            ON b.seller_id = l.seller_id AND b.client_id = l.client_id AND b.currency = l.currency
         WHERE l.minor < 0 OR l.minor <> coalesce(b.minor, 0)",
    ),
    (
        "an invoice has more open than it charges, or less than nothing",
        "SELECT number AS word FROM invoices
         WHERE kind = 'invoice' AND state = 'issued' AND (open_minor < 0 OR open_minor > gross_minor)",
    ),
    ("a coupon was used more often than it may", "SELECT name AS word FROM coupons WHERE uses > max_uses"),
    (
        "what setting up costs was charged twice",
        "SELECT l.description AS word FROM invoice_lines l
         WHERE l.kind = 'setup' AND l.credits_line_id IS NULL AND l.item_id IS NOT NULL
         GROUP BY l.seller_id, l.item_id, l.description HAVING count(*) > 1",
    ),
];

/// Lines of which days were given back, never all of them: net, first day, first day after, the first day that was given back
/// and how much that was.
const GIVEN_BACK: &str = "
    SELECT 'client ' || CAST(k.number AS TEXT) || ', ' || l.description || ';' || CAST(l.net_minor AS TEXT) || ';'
        || CAST(l.period_from AS TEXT) || ';' || CAST(l.period_to AS TEXT) || ';'
        || CAST(min(c.period_from) AS TEXT) || ';' || CAST(-sum(c.net_minor) AS TEXT) AS word
    FROM invoice_lines l
    JOIN invoice_lines c ON c.seller_id = l.seller_id AND c.credits_line_id = l.id
    JOIN invoices i ON i.seller_id = l.seller_id AND i.id = l.invoice_id
    JOIN clients k ON k.seller_id = i.seller_id AND k.id = i.client_id
    WHERE l.period_from IS NOT NULL
    GROUP BY l.seller_id, l.id, k.number, l.description, l.net_minor, l.period_from, l.period_to
    HAVING min(c.period_from) > l.period_from";

/// A day that was used stays charged: what was given back is worth no more than the days from the first of them on, but for
/// half a cent of rounding.
fn used_days_given_back(word: &str) -> bool {
    let parts: Vec<&str> = word.rsplitn(6, ';').collect();
    let [given, first, to, from, net] = parts[..5] else { panic!("{word}") };
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let [given, net] = [given, net].map(|text| text.parse::<i64>().unwrap());
    let unused = (day(to) - day(first)).num_days() * net;
    let days = (day(to) - day(from)).num_days();
    2 * (given * days - unused) > days
}

/// What is broken in a house, in words.
pub fn broken(world: &World) -> Vec<String> {
    let mut db = world.database.connect();
    let used = words(&mut db, GIVEN_BACK).into_iter().filter(|word| used_days_given_back(word));
    let used: Vec<_> = used.map(|word| format!("days that were used were given back: {word}")).collect();
    let told = NEVER.iter().flat_map(|(what, sql)| {
        words(&mut db, sql).into_iter().map(move |word| format!("{what}: {word}")).collect::<Vec<_>>()
    });
    told.chain(used).collect()
}
