//! Result tables that are declared once: a column's name, type, unit and meaning, and how its cell is read from a row.

use crate::kernel::quarter::Quarter;
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo, Text};
use crate::table::result_table::{Cell, ResultTable};

/// What a cell is read as. It decides the type of the column.
pub trait Value: Into<Cell> {
    /// The type.
    const KIND: Kind;
}

macro_rules! values {
    ($($kind:ident: $($type:ty),+;)+) => {
        $($(impl Value for $type {
            const KIND: Kind = Kind::$kind;
        })+)+
    };
}

values! {
    Number: f64;
    Integer: usize, u64, u32;
    Boolean: bool;
    Quarter: Quarter;
    Text: &str, String;
}

impl<T: Value> Value for Option<T> {
    const KIND: Kind = T::KIND;
}

/// How the cells of some columns are read from a row.
type Read<'a, R> = Box<dyn Fn(R, &mut Vec<Cell>) + 'a>;

/// A result table without its rows: columns, each with how it is read from a row `R`.
pub struct Columns<'a, R> {
    info: FileInfo,
    reads: Vec<Read<'a, R>>,
}

impl<'a, R: Copy + 'a> Columns<'a, R> {
    /// None yet, of the table `file`, one row of which is `row`.
    pub fn new(file: &'static str, row: impl Into<Text>) -> Self {
        Columns {
            info: FileInfo::new(file, row, &[], Vec::new()),
            reads: Vec::new(),
        }
    }

    /// Adds a column. A number is a pure one unless its unit is given.
    pub fn column<V: Value>(
        &mut self,
        name: impl Into<Text>,
        meaning: impl Into<Text>,
        read: impl Fn(R) -> V + 'a,
    ) -> Added<'_> {
        let unit = match V::KIND {
            Kind::Number | Kind::Integer => "1",
            Kind::Boolean | Kind::Quarter | Kind::Text => "",
        };
        let column = ColumnInfo::new(name, V::KIND, unit, meaning);
        self.group([column], move |row| [read(row).into()])
    }

    /// Adds the two columns of an interval's ends, such as `its 95 % interval, Student's t`.
    pub fn ends(
        &mut self,
        low: impl Into<Text>,
        high: impl Into<Text>,
        interval: &str,
        read: impl Fn(R) -> Option<(f64, f64)> + 'a,
    ) -> Added<'_> {
        let column = |name: Text, end: &str| {
            ColumnInfo::new(name, Kind::Number, "1", format!("{end} end of {interval}"))
        };
        let pair = [column(low.into(), "lower"), column(high.into(), "upper")];
        self.group(pair, move |row| {
            let ends = read(row);
            [
                ends.map(|ends| ends.0).into(),
                ends.map(|ends| ends.1).into(),
            ]
        })
    }

    /// Adds columns that are read together.
    pub fn group<const N: usize>(
        &mut self,
        columns: [ColumnInfo; N],
        read: impl Fn(R) -> [Cell; N] + 'a,
    ) -> Added<'_> {
        self.info.columns.extend(columns);
        self.reads
            .push(Box::new(move |row, cells| cells.extend(read(row))));
        let first = self.info.columns.len() - N;
        Added {
            info: &mut self.info,
            first,
        }
    }

    /// The table with these rows.
    pub fn fill(self, rows: impl IntoIterator<Item = R>) -> ResultTable {
        let cells = |row| {
            let mut cells = Vec::with_capacity(self.info.columns.len());
            self.reads.iter().for_each(|read| read(row, &mut cells));
            cells
        };
        let rows = rows.into_iter().map(cells).collect();
        ResultTable {
            info: self.info,
            rows,
        }
    }
}

/// Columns that were just added, for what few of them have.
pub struct Added<'t> {
    info: &'t mut FileInfo,
    first: usize,
}

impl Added<'_> {
    fn each(self, change: impl FnMut(&mut ColumnInfo)) -> Self {
        self.info.columns[self.first..].iter_mut().for_each(change);
        self
    }

    /// They are among those that tell rows apart.
    pub fn key(self) -> Self {
        let names = self.info.columns[self.first..].iter();
        self.info
            .key
            .extend(names.map(|column| column.name.clone()));
        self
    }

    /// Their unit.
    pub fn unit(self, unit: impl Into<Text>) -> Self {
        let unit = unit.into();
        self.each(|column| column.unit = unit.clone())
    }

    /// Where they are empty.
    pub fn missing(self, phrase: impl Into<Text>) -> Self {
        let phrase = phrase.into();
        self.each(|column| column.missing = Some(phrase.clone()))
    }

    /// Texts that they may hold.
    pub fn names(self, names: &'static [&'static str]) -> Self {
        self.each(|column| column.names = names)
    }
}

/// Adds columns to [`Columns`], one a line: `"name": meaning => how it is read from the row`, with `key` in front where it
/// tells rows apart, and after it `unit(...)`, `missing(...)` or `names(...)` where they are called for. `"low" to "high"`
/// are the ends of an interval.
macro_rules! columns {
    ($table:expr, |$row:pat_param| {
        $($($key:ident)? $name:literal $(to $high:literal)?: $meaning:expr => $read:expr $(, $note:ident($value:expr))*;)*
    }) => {
        $(
            // A column need not look at everything that a row is made of.
            #[allow(unused_variables)]
            {
                columns!(@ $table, $name $(to $high)?, $meaning, move |$row| $read)$(.$key())?$(.$note($value))*;
            }
        )*
    };
    (@ $table:expr, $name:literal, $meaning:expr, $read:expr) => {
        $table.column($name, $meaning, $read)
    };
    (@ $table:expr, $low:literal to $high:literal, $interval:expr, $read:expr) => {
        $table.ends($low, $high, $interval, $read)
    };
}

pub(crate) use columns;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_described_and_read_in_one_place() {
        let mut table = Columns::<(&str, Option<f64>)>::new("t", "a row");
        columns!(table, |(name, x)| {
            key "name": "a name" => name;
            "x": "a number" => x, unit("CNY mn"), missing("there is none");
            "low" to "high": "an interval" => x.map(|x| (x - 1.0, x + 1.0)), missing("there is none");
            "letters": "a count" => name.len();
        });
        let result_table = table.fill([("a,b", Some(0.5)), ("c", None)]);
        let text = String::from_utf8(result_table.to_csv()).expect("text");
        assert_eq!(
            text,
            "name,x,low,high,letters\n\"a,b\",0.5,-0.5,1.5,3\nc,,,,1\n"
        );
        assert_eq!(result_table.info.key, ["name"]);
        let about: Vec<_> = result_table
            .info
            .columns
            .iter()
            .map(|column| (column.kind, &*column.unit))
            .collect();
        assert_eq!(about[0], (Kind::Text, ""));
        assert_eq!(about[1], (Kind::Number, "CNY mn"));
        assert_eq!(about[4], (Kind::Integer, "1"));
        assert_eq!(
            result_table.info.columns[3].meaning,
            "upper end of an interval"
        );
        assert_eq!(
            result_table.info.columns[3].missing.as_deref(),
            Some("there is none")
        );
    }
}
