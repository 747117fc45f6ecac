//! A result as a whole: trace files, description and manifest in one folder.

use std::path::Path;

use crate::measure::catalogue;
use crate::measure::recorder::Chunk;
use crate::measure::traces::{File, Traces};
use crate::table::columns::FileInfo;
use crate::table::complete::finish_folder;
use crate::table::datapackage;
use crate::table::error::OutputError;
use crate::table::folder::Folder;
use crate::table::manifest::Manifest;
use crate::table::place::Place;
use crate::table::writer::{Writer, WrittenFile};

/// Trace files that are being written.
pub struct TraceFiles(Vec<(File, Writer)>);

impl TraceFiles {
    /// Begins them in a folder or in memory; headers are written.
    ///
    /// # Errors
    /// What the file system says.
    pub fn create(place: impl Into<Place>, traces: &Traces) -> Result<Self, OutputError> {
        let place = place.into();
        let mut writers = Vec::new();
        for (file, table, columns) in traces.files() {
            let mut writer = Writer::create(&place, table, traces.compression())?;
            let header = columns.join(",") + "\n";
            writer.write(header.as_bytes(), 0)?;
            writers.push((file, writer));
        }
        Ok(TraceFiles(writers))
    }

    /// Appends rows.
    ///
    /// # Errors
    /// What the file system says.
    pub fn append(&mut self, chunk: &Chunk) -> Result<(), OutputError> {
        for (file, writer) in &mut self.0 {
            let (bytes, rows) = chunk.of(*file);
            if rows > 0 {
                writer.write(bytes, rows)?;
            }
        }
        Ok(())
    }

    /// Ends them.
    ///
    /// # Errors
    /// What the file system says.
    pub fn finish(self) -> Result<Vec<WrittenFile>, OutputError> {
        let writers = self.0.into_iter();
        writers.map(|(_, writer)| writer.finish()).collect()
    }
}

/// A result folder that is being written.
pub struct ResultFolder {
    folder: Folder,
    files: TraceFiles,
    description: String,
}

impl ResultFolder {
    /// Begins a result of the scenario `name` that will stand at `target`; headers are written.
    ///
    /// # Errors
    /// If something stands there that is not to be replaced, or what the file system says.
    pub fn create(
        target: &Path,
        force: bool,
        name: &str,
        title: &str,
        traces: &Traces,
    ) -> Result<Self, OutputError> {
        let folder = Folder::create(target, force)?;
        Ok(ResultFolder {
            files: TraceFiles::create(folder.path(), traces)?,
            description: datapackage::of_files(name, title, &infos(traces), traces.compression()),
            folder,
        })
    }

    /// Appends rows.
    ///
    /// # Errors
    /// What the file system says.
    pub fn append(&mut self, chunk: &Chunk) -> Result<(), OutputError> {
        self.files.append(chunk)
    }

    /// Ends all files, writes description and manifest, and gives the folder its name. `manifest` gets the
    /// list of files.
    ///
    /// # Errors
    /// What the file system says; nothing is left then.
    pub fn finish(self, manifest: Manifest) -> Result<Vec<WrittenFile>, OutputError> {
        let files = self.files.finish()?;
        finish_folder(self.folder, files, &self.description, manifest)
    }
}

/// What the trace files hold that are written.
pub fn infos(traces: &Traces) -> Vec<FileInfo> {
    let mut catalogue = catalogue::files();
    let written = traces.files().into_iter();
    written
        .filter_map(|(_, file, written)| {
            let place = catalogue.iter().position(|info| info.file == file)?;
            let mut info = catalogue.swap_remove(place);
            info.columns
                .retain(|column| written.contains(&&*column.name));
            Some(info)
        })
        .collect()
}
