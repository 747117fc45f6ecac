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
use crate::table::writer::{Writer, WrittenFile};

/// A result folder that is being written.
pub struct ResultFolder {
    folder: Folder,
    writers: Vec<(File, Writer)>,
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
        let mut writers = Vec::new();
        for (file, table, columns) in traces.files() {
            let mut writer = Writer::create(folder.path(), table, traces.compression())?;
            let header = columns.join(",") + "\n";
            writer.write(header.as_bytes(), 0)?;
            writers.push((file, writer));
        }
        let description = description(name, title, traces);
        Ok(ResultFolder {
            folder,
            writers,
            description,
        })
    }

    /// Appends rows.
    ///
    /// # Errors
    /// What the file system says.
    pub fn append(&mut self, chunk: &Chunk) -> Result<(), OutputError> {
        for (file, writer) in &mut self.writers {
            let (bytes, rows) = chunk.of(*file);
            if rows > 0 {
                writer.write(bytes, rows)?;
            }
        }
        Ok(())
    }

    /// Ends all files, writes description and manifest, and gives the folder its name. `manifest` gets the
    /// list of files.
    ///
    /// # Errors
    /// What the file system says; nothing is left then.
    pub fn finish(self, manifest: Manifest) -> Result<Vec<WrittenFile>, OutputError> {
        let mut files = Vec::new();
        for (_, writer) in self.writers {
            files.push(writer.finish()?);
        }
        finish_folder(self.folder, files, &self.description, manifest)
    }
}

/// The text of the file for traces of a run called `name`.
fn description(name: &str, title: &str, traces: &Traces) -> String {
    let mut catalogue = catalogue::files();
    let files: Vec<FileInfo> = traces
        .files()
        .into_iter()
        .filter_map(|(_, file, written)| {
            let place = catalogue.iter().position(|info| info.file == file)?;
            let mut info = catalogue.swap_remove(place);
            info.columns
                .retain(|column| written.contains(&&*column.name));
            Some(info)
        })
        .collect();
    datapackage::of_files(name, title, &files, traces.compression())
}
