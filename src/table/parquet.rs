//! Parquet for large tables: a CSV file turned into columns with types.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::error::OutputError;
use crate::table::writer::WrittenFile;

/// Rows of a group: what is kept in memory at a time.
const GROUP: usize = 1 << 16;

/// Writes `NAME.parquet` beside `NAME.csv` with the columns that `info` describes. Missing cells are null.
///
/// # Errors
/// What the file system says.
pub fn from_csv(folder: &Path, info: &FileInfo) -> Result<WrittenFile, OutputError> {
    let source = folder.join(format!("{}.csv", info.file));
    let name = format!("{}.parquet", info.file);
    let target = folder.join(&name);
    let rows = write(&source, &target, info).map_err(OutputError::io(&target))?;
    let (bytes, sha256) =
        crate::table::writer::sum_of(&target).map_err(OutputError::io(&target))?;
    Ok(WrittenFile {
        name,
        rows: Some(rows),
        bytes,
        sha256,
    })
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}

fn write(source: &Path, target: &Path, info: &FileInfo) -> io::Result<u64> {
    let file = File::create(target)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("dualtrack ", env!("CARGO_PKG_VERSION")).to_string())
        .build();
    let schema = Arc::new(schema(info).map_err(other)?);
    let mut writer =
        SerializedFileWriter::new(file, schema, Arc::new(properties)).map_err(other)?;
    let mut reader = csv::Reader::from_path(source).map_err(other)?;
    let mut columns: Vec<Column> = info.columns.iter().map(Column::new).collect();
    let (mut record, mut rows, mut in_group) = (csv::ByteRecord::new(), 0, 0);
    loop {
        let is_over = !reader.read_byte_record(&mut record).map_err(other)?;
        if !is_over {
            for (place, column) in columns.iter_mut().enumerate() {
                column.push(record.get(place).unwrap_or_default());
            }
            rows += 1;
            in_group += 1;
        }
        if in_group == GROUP || (is_over && in_group > 0) {
            let mut group = writer.next_row_group().map_err(other)?;
            for column in &mut columns {
                column.write(&mut group).map_err(other)?;
            }
            group.close().map_err(other)?;
            in_group = 0;
        }
        if is_over {
            writer.finish().map_err(other)?;
            writer.inner().sync_all()?;
            return Ok(rows);
        }
    }
}

fn schema(info: &FileInfo) -> Result<Type, ParquetError> {
    let fields: Result<Vec<Arc<Type>>, ParquetError> = info
        .columns
        .iter()
        .map(|column| {
            let physical = match column.kind {
                Kind::Number => Physical::DOUBLE,
                Kind::Integer => Physical::INT64,
                Kind::Boolean | Kind::Quarter | Kind::Text => Physical::BYTE_ARRAY,
            };
            let mut builder = Type::primitive_type_builder(&column.name, physical)
                .with_repetition(Repetition::OPTIONAL);
            if physical == Physical::BYTE_ARRAY {
                builder = builder.with_logical_type(Some(parquet::basic::LogicalType::String));
            }
            builder.build().map(Arc::new)
        })
        .collect();
    Type::group_type_builder(info.file)
        .with_fields(fields?)
        .build()
}

/// Cells of a column, missing ones by their level.
struct Column {
    kind: Kind,
    levels: Vec<i16>,
    reals: Vec<f64>,
    wholes: Vec<i64>,
    texts: Vec<ByteArray>,
}

impl Column {
    fn new(info: &ColumnInfo) -> Self {
        Column {
            kind: info.kind,
            levels: Vec::new(),
            reals: Vec::new(),
            wholes: Vec::new(),
            texts: Vec::new(),
        }
    }

    fn push(&mut self, cell: &[u8]) {
        let text = std::str::from_utf8(cell).unwrap_or_default();
        let is_there = match self.kind {
            Kind::Number => text.parse().map(|number| self.reals.push(number)).is_ok(),
            Kind::Integer => text.parse().map(|number| self.wholes.push(number)).is_ok(),
            Kind::Boolean | Kind::Quarter | Kind::Text => {
                if !cell.is_empty() {
                    self.texts.push(ByteArray::from(cell.to_vec()));
                }
                !cell.is_empty()
            }
        };
        self.levels.push(i16::from(is_there));
    }

    fn write(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, File>,
    ) -> Result<(), ParquetError> {
        let Some(mut column) = group.next_column()? else {
            return Ok(());
        };
        let levels = Some(&self.levels[..]);
        match self.kind {
            Kind::Number => column
                .typed::<DoubleType>()
                .write_batch(&self.reals, levels, None)?,
            Kind::Integer => column
                .typed::<Int64Type>()
                .write_batch(&self.wholes, levels, None)?,
            Kind::Boolean | Kind::Quarter | Kind::Text => column
                .typed::<ByteArrayType>()
                .write_batch(&self.texts, levels, None)?,
        };
        column.close()?;
        self.levels.clear();
        self.reals.clear();
        self.wholes.clear();
        self.texts.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    use super::*;

    #[test]
    fn cells_come_back_with_their_types_and_missing_ones_as_null() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "n,x,t\n1,0.5,\"a,b\"\n2,,\n";
        std::fs::write(folder.path().join("runs.csv"), text).expect("written");
        let columns = vec![
            ColumnInfo::new("n", Kind::Integer, "1", "a count"),
            ColumnInfo::new("x", Kind::Number, "1", "a number"),
            ColumnInfo::new("t", Kind::Text, "", "a text"),
        ];
        let info = FileInfo::new("runs", "a row", &["n"], columns);
        let written = from_csv(folder.path(), &info).expect("written");
        assert_eq!(
            (written.name.as_str(), written.rows),
            ("runs.parquet", Some(2))
        );
        let again = from_csv(folder.path(), &info).expect("written");
        assert_eq!(written, again);
        let file = File::open(folder.path().join("runs.parquet")).expect("a file");
        let reader = SerializedFileReader::new(file).expect("Parquet");
        let rows: Vec<_> = reader
            .get_row_iter(None)
            .expect("rows")
            .map(|row| row.expect("a row"))
            .collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].get_long(0).expect("a number"), 1);
        assert_eq!(rows[0].get_double(1).expect("a number"), 0.5);
        assert_eq!(rows[0].get_string(2).expect("a text"), "a,b");
        assert!(rows[1].get_double(1).is_err() && rows[1].get_string(2).is_err());
    }
}
