//! Reports over issued documents (TAX-04 to TAX-06): as JSON, and as CSV for a spreadsheet.

mod ec_sales_list;
mod euro;
mod oss;
mod oss_threshold;
mod taxes;

use crate::kernel::Reply;
use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(taxes::report_taxes)
        .service(taxes::report_taxes_as_csv)
        .service(oss::report_oss)
        .service(oss::report_oss_as_csv)
        .service(oss_threshold::report_oss_threshold)
        .service(ec_sales_list::report_ec_sales_list)
        .service(ec_sales_list::report_ec_sales_list_as_csv);
}

/// Rows as CSV, with their names above.
fn csv(rows: &[impl serde::Serialize]) -> Reply {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        if let Err(error) = writer.serialize(row) {
            tracing::error!(%error, "a row has no CSV form");
        }
    }
    Reply::csv(String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default())
}
