//! How the scalar types stand in columns: ids as 16 bytes, instants as microseconds, words and decimals as text.
//!
//! This is the one place of `domain` that knows diesel, behind the feature `sql`, because Rust lets only the crate of
//! a type implement a foreign trait for it. It holds no query and no table.

/// Text column of a `Copy` word with `as_str` and `FromStr`.
#[macro_export]
macro_rules! text_column {
    ($name:ident) => {
        impl<DB: ::diesel::backend::Backend> ::diesel::serialize::ToSql<::diesel::sql_types::Text, DB> for $name
        where
            str: ::diesel::serialize::ToSql<::diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut ::diesel::serialize::Output<'b, '_, DB>) -> ::diesel::serialize::Result {
                <str as ::diesel::serialize::ToSql<::diesel::sql_types::Text, DB>>::to_sql(self.as_str(), out)
            }
        }
        impl<DB: ::diesel::backend::Backend> ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB> for $name
        where
            String: ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> ::diesel::deserialize::Result<Self> {
                let text = <String as ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB>>::from_sql(bytes)?;
                Ok(text.parse()?)
            }
        }
    };
}

/// Sixteen-byte column of an id.
#[macro_export]
macro_rules! id_column {
    ($name:ident) => {
        impl<DB: ::diesel::backend::Backend> ::diesel::serialize::ToSql<::diesel::sql_types::Binary, DB> for $name
        where
            [u8]: ::diesel::serialize::ToSql<::diesel::sql_types::Binary, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut ::diesel::serialize::Output<'b, '_, DB>) -> ::diesel::serialize::Result {
                <[u8] as ::diesel::serialize::ToSql<::diesel::sql_types::Binary, DB>>::to_sql(
                    self.0.as_bytes().as_slice(),
                    out,
                )
            }
        }
        impl<DB: ::diesel::backend::Backend> ::diesel::deserialize::FromSql<::diesel::sql_types::Binary, DB> for $name
        where
            Vec<u8>: ::diesel::deserialize::FromSql<::diesel::sql_types::Binary, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> ::diesel::deserialize::Result<Self> {
                let bytes =
                    <Vec<u8> as ::diesel::deserialize::FromSql<::diesel::sql_types::Binary, DB>>::from_sql(bytes)?;
                Ok(Self(uuid::Uuid::from_slice(&bytes)?))
            }
        }
    };
}

/// Text column of a decimal. The text is made on the fly, so each backend takes it its own way; the third
/// implementation, for the connection that may be either, stands in `db::portable`.
#[macro_export]
macro_rules! decimal_column {
    ($name:ident) => {
        impl ::diesel::serialize::ToSql<::diesel::sql_types::Text, ::diesel::sqlite::Sqlite> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut ::diesel::serialize::Output<'b, '_, ::diesel::sqlite::Sqlite>,
            ) -> ::diesel::serialize::Result {
                out.set_value(self.to_string());
                Ok(::diesel::serialize::IsNull::No)
            }
        }
        impl ::diesel::serialize::ToSql<::diesel::sql_types::Text, ::diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut ::diesel::serialize::Output<'b, '_, ::diesel::pg::Pg>,
            ) -> ::diesel::serialize::Result {
                std::io::Write::write_fmt(out, format_args!("{self}"))?;
                Ok(::diesel::serialize::IsNull::No)
            }
        }
        impl<DB: ::diesel::backend::Backend> ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB> for $name
        where
            String: ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> ::diesel::deserialize::Result<Self> {
                let text = <String as ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB>>::from_sql(bytes)?;
                Ok(text.parse()?)
            }
        }
    };
}

use crate::Instant;
use diesel::backend::Backend;
use diesel::deserialize::FromSql;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::BigInt;

impl<DB: Backend> ToSql<BigInt, DB> for Instant
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> diesel::serialize::Result {
        <i64 as ToSql<BigInt, DB>>::to_sql(self.micros_ref(), out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Instant
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, DB>>::from_sql(bytes)?;
        Self::from_micros(micros).ok_or_else(|| "an instant out of range".into())
    }
}
