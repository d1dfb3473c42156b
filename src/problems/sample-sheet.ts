/** What can be wrong with a sheet a person dropped, or with one that lies in a run folder. */
export const sampleSheetProblems = {
  // ── the file ──────────────────────────────────────────────────────────────────────────────────────────────────
  'sample-sheet.empty': {
    title: 'The file is empty',
    fix: 'Save the sheet again and copy the file here once more.',
  },
  'sample-sheet.not-a-table': {
    title: 'This is not a CSV file',
    fix: 'Open it in Excel, choose Save As, take the type "CSV UTF-8 (comma delimited)", and drop the new file. Changing the ending of the name is not enough.',
  },
  'sample-sheet.too-large': {
    title: 'The file is larger than a sample sheet can be',
    fix: 'Check that it is the right file. A sheet may have 10 MB; split a larger one.',
  },
  'sample-sheet.too-many-rows': {
    title: 'The sheet has more rows than a sample sheet can have',
    fix: 'Check that it is the right file. A sheet may have 100,000 rows below its column names; split a larger one, or delete the empty rows at its end.',
  },
  'sample-sheet.too-many-columns': {
    title: 'A row has more cells than a sample sheet can have',
    fix: 'Check that it is the right file, and delete what stands to the right of the last column. A sheet may have 500 columns.',
  },
  'sample-sheet.cell-too-long': {
    title: 'A cell holds more text than a cell of a sample sheet can hold',
    fix: 'Shorten the text in this cell, or delete the column if it is a remark. A cell may hold 4,096 characters.',
  },
  'sample-sheet.quote-open': {
    title: 'A quotation mark is opened and never closed',
    fix: 'Delete the stray quotation mark at the beginning of a cell in this row, or close it.',
  },
  'sample-sheet.unrecognised': {
    title: 'This is no sheet we know',
    fix: 'Check that the row of column names is there and spelt as in the template. A registration sheet has central_sample_id and library_name, a One Codex batch sheet has batch_name and tube_barcode.',
  },
  'sample-sheet.no-rows': {
    title: 'The sheet has no samples',
    fix: 'Fill in at least one row below the column names.',
  },
  'sample-sheet.section-missing': {
    title: 'The sheet lacks a section it needs',
    fix: 'Make the sheet again from the template of the instrument, or add the section.',
  },
  'sample-sheet.section-twice': {
    title: 'A section stands in the sheet twice',
    fix: 'Keep one of them; only the first was read.',
  },
  'sample-sheet.version-missing': {
    title: 'The sheet does not say its format version',
    fix: 'Put a line FileFormatVersion,2 under [Header].',
  },

  // ── column names ──────────────────────────────────────────────────────────────────────────────────────────────
  'sample-sheet.column-missing': {
    title: 'A required column is missing',
    fix: 'Add it to the row of column names and drop the sheet again.',
  },
  'sample-sheet.column-twice': {
    title: 'A column stands in the sheet twice',
    fix: 'Delete one of the two, or give it another name.',
  },
  'sample-sheet.column-unknown': {
    title: 'A column name is nearly, but not quite, one we know, and was not read',
    fix: 'Correct its spelling if it is meant.',
    severity: 'warning',
  },
  'sample-sheet.columns-clash': {
    title: 'These columns do not go together',
    fix: 'Keep the columns of one kind, as in the template of MinKNOW.',
  },
  'sample-sheet.row-too-wide': {
    title: 'A row has more cells than there are column names',
    fix: 'A comma inside a value (in a sheet with semicolons: a semicolon) pushed the rest of the row to the right: put that value in quotation marks or take the comma out. If it is a remark, give its column a name.',
  },

  // ── single cells ──────────────────────────────────────────────────────────────────────────────────────────────
  'sample-sheet.value-missing': {
    title: 'A required cell is empty',
    fix: 'Fill it in, or delete the row if nothing belongs there.',
  },
  'sample-sheet.value-too-long': {
    title: 'A value is too long',
    fix: 'Shorten it.',
  },
  'sample-sheet.unknown-option': {
    title: 'A value is none of those allowed here',
    fix: 'Use one of the allowed values.',
  },
  'sample-sheet.not-a-number': {
    title: 'A whole number is expected here',
    fix: 'Write the number alone, without unit, comma or dot.',
  },
  'sample-sheet.not-a-date': {
    title: 'A date cannot be read without guessing',
    fix: 'Write it as YYYY-MM-DD. In Excel, format the column as Text first.',
  },
  'sample-sheet.not-a-time': {
    title: 'A time cannot be read without guessing',
    fix: 'Write it as YYYY-MM-DD HH:MM:SS. In Excel, format the column as Text first.',
  },
  'sample-sheet.ends-before-start': {
    title: 'A run ends before it starts',
    fix: 'Correct the start time or the end time.',
  },
  'sample-sheet.not-a-uuid': {
    title: 'A sequencing id must be a UUID',
    fix: 'Copy it whole from the instrument: 32 digits and letters a to f in five groups, as 09ef4b3a-1bad-453a-a291-029ac9bd705d.',
  },
  'sample-sheet.value-normalised': {
    title: 'A value was spelt differently from the official spelling and was understood',
    fix: 'Nothing needs to be done. Use the official spelling in the next sheet.',
    severity: 'warning',
  },
  'sample-sheet.placeholder': {
    title: 'A cell holds a placeholder and was taken as empty',
    fix: 'Leave the cell empty when there is nothing to say.',
    severity: 'warning',
  },
  'sample-sheet.template-row': {
    title: 'A value looks like one left over from the template',
    fix: 'Replace it by the real one, or delete the row. If it is the real one, nothing needs to be done.',
    severity: 'warning',
  },
  'sample-sheet.excel-number': {
    title: 'Excel turned a long number into a rounded one, and digits are lost',
    fix: 'Format the column as Text, then enter or scan the number again. Changing the format alone does not bring the digits back.',
  },
  'sample-sheet.excel-date': {
    title: 'Excel turned a name into a date',
    fix: 'Format the column as Text, then enter the name again.',
  },
  'sample-sheet.excel-error': {
    title: 'A cell holds an error of Excel instead of a value',
    fix: 'Mend the formula or enter the value by hand. Where there are only number signs, make the column wider before saving.',
  },
  'sample-sheet.leading-zeros-lost': {
    title: 'Excel seems to have dropped zeros at the beginning',
    fix: 'Format the column as Text, then enter the value again with its zeros.',
  },
  'sample-sheet.formula': {
    title: 'A cell holds a formula instead of a value',
    fix: 'Copy the column and paste it back as values, then save again.',
  },
  'sample-sheet.odd-character': {
    title: 'A value holds a character that cannot be told from another by eye',
    fix: 'Type the value again by hand instead of copying it.',
  },

  // ── rows together ─────────────────────────────────────────────────────────────────────────────────────────────
  'sample-sheet.rows-disagree': {
    title: 'Rows that belong together say different things',
    fix: 'Make these rows agree.',
  },
  'sample-sheet.names-differ-in-case': {
    title: 'Two names differ only in capital letters, and registries take them for one',
    fix: 'Write the name alike in all rows, or choose another name.',
  },
  'sample-sheet.biosample-twice': {
    title: 'A biosample stands in a library twice',
    fix: 'Delete one of these rows, or correct its central_sample_id.',
  },
  'sample-sheet.barcode-twice': {
    title: 'Two biosamples of a library have the same barcode',
    fix: 'Check which of them really has this barcode.',
    severity: 'warning',
  },
  'sample-sheet.link-missing': {
    title: 'Nothing says to which run this library belongs',
    fix: 'Fill in one of run_name, sequencing_id, flowcell_id or experiment_name.',
  },

  // ── One Codex ─────────────────────────────────────────────────────────────────────────────────────────────────
  'sample-sheet.tube-barcode': {
    title: 'A tube barcode is not as printed on a tube',
    fix: 'Scan the tube again. It has 10 letters and digits, or 14 digits.',
  },
  'sample-sheet.tube-twice': {
    title: 'A tube barcode stands in the sheet twice',
    fix: 'Each tube may appear once. Scan both tubes again, or delete one of the rows.',
  },
  'sample-sheet.tracking-number': {
    title: 'A tracking number holds a character that is not allowed',
    fix: 'Use letters, digits, blanks and hyphens. Separate several numbers by a semicolon.',
  },

  // ── Illumina ──────────────────────────────────────────────────────────────────────────────────────────────────
  'sample-sheet.sample-id': {
    title: 'A Sample_ID is not one Illumina software takes',
    fix: 'Use letters, digits, hyphen and underscore, up to 100 characters.',
  },
  'sample-sheet.sample-id-missing': {
    title: 'A row has no Sample_ID',
    fix: 'Fill it in.',
  },
  'sample-sheet.sample-in-two-projects': {
    title: 'A Sample_ID stands in two projects',
    fix: 'Give the samples different ids, or the same Sample_Project.',
  },
  'sample-sheet.lane': {
    title: 'A lane is not a number from 1 to 8',
    fix: 'Write the number of the lane, or leave the column out to mean all lanes.',
  },
  'sample-sheet.index': {
    title: 'An index cannot be used as it stands',
    fix: 'Write the bases of the index, with the letters A, C, G, T and N.',
  },
  'sample-sheet.index-missing': {
    title: 'Several samples share a lane, and some have no index',
    fix: 'Give each of them its index.',
  },
  'sample-sheet.index-twice': {
    title: 'Two samples of a lane have the same index',
    fix: 'Find out which index each of them really has.',
  },
  'sample-sheet.indexes-too-close': {
    title: 'Two indexes of a lane cannot be told apart with the mismatches allowed',
    fix: 'Use indexes that differ more, or allow fewer mismatches.',
    // How many are allowed is often said on the command line of the demultiplexing, which no sheet shows.
    severity: 'warning',
  },
  'sample-sheet.override-cycles': {
    title: 'OverrideCycles does not fit the reads of the run',
    fix: 'The cycles of each read must add up to its length under [Reads].',
  },
  'sample-sheet.setting': {
    title: 'A setting holds a character that is not allowed',
    fix: 'Take the asterisk out.',
  },
  'sample-sheet.reads-line': {
    title: 'A line under [Reads] is no number of cycles and was passed over',
    fix: 'Write the number of cycles.',
    severity: 'warning',
  },

  // ── MinKNOW ───────────────────────────────────────────────────────────────────────────────────────────────────
  'sample-sheet.minknow-value': {
    title: 'A value is not spelt as MinKNOW expects it',
    fix: 'Write it as in the template of MinKNOW.',
  },
  'sample-sheet.minknow-position': {
    title: 'A row says neither its flow cell nor its position',
    fix: 'Fill in flow_cell_id or position_id.',
  },
  'sample-sheet.minknow-twice': {
    title: 'A barcode or an alias stands on one flow cell twice',
    fix: 'Each barcode and each alias may appear once on a flow cell. Correct one of these rows.',
  },
} as const
