/** A run of a PacBio Revio with one SMRT Cell: the cell's metadata at its start, transferdone when it was copied. */
import { clock, digits, freshIds, type RunIds, type RunTemplate } from './run-template.ts'

export const pacbioIds = (now: Date): RunIds => freshIds(`840${digits(2)}`, `EA${digits(6)}`, now)

export function pacbioRun(ids: RunIds): RunTemplate {
  const { serial, start } = ids
  const folder = `r${serial}_${clock(start).day}_${clock(start).second}`
  const begun = new Date(start.getTime() + 10 * 60_000)
  const movie = `m${serial}_${clock(begun).shortDay}_${clock(begun).second}_s1`
  const cell = '1_A01'
  return {
    folder,
    files: [
      {
        path: `${cell}/metadata/Transfer_Test_${clock(begun).shortDay}_${clock(begun).second}.txt`,
        content: 'ok\n',
        at: 0,
      },
      {
        path: `${cell}/metadata/${movie}.metadata.xml`,
        content: metadata(ids, folder, movie, begun),
        at: 0.1,
      },
      { path: `${cell}/hifi_reads/${movie}.hifi_reads.bam`, content: '', at: 0.7 },
      { path: `${cell}/statistics/${movie}.pbreports.log`, content: 'exiting with return code 0\n', at: 0.9 },
      { path: `${cell}/metadata/${movie}.transferdone`, content: 'Transfer Manifest nfiles: 2\n', at: 1 },
    ],
  }
}

const DATA_MODEL = 'http://pacificbiosciences.com/PacBioDataModel.xsd'
const COLLECTION = 'http://pacificbiosciences.com/PacBioCollectionMetadata.xsd'

function metadata(
  { serial, uuid, experiment, flowcell, start, end }: RunIds,
  folder: string,
  movie: string,
  begun: Date,
): string {
  const [created, started, ended] = [start.toISOString(), begun.toISOString(), end.toISOString()]
  return `<?xml version="1.0" encoding="utf-8"?>
<PacBioDataModel xmlns="${DATA_MODEL}" Version="4.0.1">
  <ExperimentContainer ExperimentId="${experiment}" Name="${experiment}" CreatedAt="${created}">
    <Runs>
      <Run Name="${experiment}" UniqueId="${uuid}" TimeStampedName="${folder}" Status="Running" ChipType="25mChip" InstrumentType="Revio" WhenStarted="${started}">
        <Outputs><SubreadSets><SubreadSet><DataSetMetadata><Collections xmlns="${COLLECTION}">
          <CollectionMetadata Context="${movie}" UniqueId="${uuid}" InstrumentId="${serial}" InstrumentName="Revio" Status="PostPrimaryPending">
            <InstCtrlVer>13.1.0.221972</InstCtrlVer>
            <RunDetails>
              <TimeStampedName>${folder}</TimeStampedName>
              <Name>${experiment}</Name>
              <WhenCreated>${created}</WhenCreated>
              <WhenStarted>${started}</WhenStarted>
              <WhenCompleted>${ended}</WhenCompleted>
            </RunDetails>
            <WellSample Name="EX-0001"><WellName>A01</WellName></WellSample>
            <CellPac LabelNumber="${flowcell}" PartNumber="102-202-200" Name="Revio SMRT Cell" />
          </CollectionMetadata>
        </Collections></DataSetMetadata></SubreadSet></SubreadSets></Outputs>
      </Run>
    </Runs>
  </ExperimentContainer>
</PacBioDataModel>
`
}
