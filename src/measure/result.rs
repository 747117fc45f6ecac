//! What the traces of a run are, for those who read them.

use crate::measure::catalogue;
use crate::measure::traces::Traces;
use crate::table::columns::FileInfo;
use crate::table::datapackage;

/// The text of the file for traces of a run called `name`.
pub fn description(name: &str, title: &str, traces: &Traces) -> String {
    datapackage::of_files(name, title, &infos(traces), traces.compression())
}

/// What the files hold that a run writes, in their order.
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
