//! Sums over issued documents, made by the database: amounts stand in the documents with all digits of their currency, so
//! without the point they are whole minor units, and the sums are exact.

mod ec_sales;
mod private_sales;
mod taxes;

pub use ec_sales::{EcSale, ec_sales};
pub use private_sales::{PrivateDocument, PrivateSales, private_documents, private_sales};
pub use taxes::{TaxSum, taxes};

use crate::Db;

/// What stands in the documents, in the words of either database. `t` is one of the taxes of a document `i`.
struct Words {
    /// The taxes of `i`, one a row.
    each_tax: &'static str,
    /// A text in a tax, by the names on the way to it.
    tax: fn(&str) -> String,
    /// A text about the buyer of a document.
    buyer: fn(&str, &str) -> String,
}

impl Words {
    fn of(db: &Db) -> Self {
        match db {
            Db::Sqlite(_) => Self {
                each_tax: "json_each(i.taxes)",
                tax: |path| format!("json_extract(t.value, '$.{path}')"),
                buyer: |document, path| format!("json_extract({document}.buyer, '$.{path}')"),
            },
            Db::Pg(_) => Self {
                each_tax: "jsonb_array_elements(i.taxes::jsonb)",
                tax: |path| format!("(t.value #>> '{{{}}}')", path.replace('.', ",")),
                buyer: |document, path| format!("({document}.buyer::jsonb #>> '{{{}}}')", path.replace('.', ",")),
            },
        }
    }

    fn tax(&self, path: &str) -> String {
        (self.tax)(path)
    }

    fn buyer(&self, document: &str, path: &str) -> String {
        (self.buyer)(document, path)
    }

    /// The sum of an amount of a tax, in minor units.
    fn sum(&self, path: &str) -> String {
        format!("CAST(SUM(CAST(REPLACE({}, '.', '') AS BIGINT)) AS BIGINT)", self.tax(path))
    }
}
