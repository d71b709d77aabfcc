//! A value kept as JSON text in a column.

use diesel::backend::Backend;
use diesel::deserialize::FromSql;
use diesel::serialize::{IsNull, Output, ToSql};
use diesel::sql_types::Text;

/// `T` as JSON text. For lists and documents that are read whole; what is searched has columns of its own.
#[derive(Clone, PartialEq, Eq, Debug, Default, diesel::AsExpression, diesel::FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Json<T: std::fmt::Debug>(pub T);

impl<T: serde::Serialize + std::fmt::Debug> ToSql<Text, diesel::sqlite::Sqlite> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, diesel::sqlite::Sqlite>) -> diesel::serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}

impl<T: serde::Serialize + std::fmt::Debug> ToSql<Text, diesel::pg::Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

impl<T: serde::Serialize + std::fmt::Debug + Send + Sync + 'static> ToSql<Text, crate::DbBackend> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, crate::DbBackend>) -> diesel::serialize::Result {
        out.set_value((Text, self));
        Ok(IsNull::No)
    }
}

impl<T: serde::de::DeserializeOwned + std::fmt::Debug, DB: Backend> FromSql<Text, DB> for Json<T>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        let text = <String as FromSql<Text, DB>>::from_sql(bytes)?;
        Ok(Self(serde_json::from_str(&text)?))
    }
}
