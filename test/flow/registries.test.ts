/** Registries as labs run them: several side by side, Majora 2 with its updates, a webhook; the real daemon from file to receipt. */
import { rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Commit, type FaultScript, startSandbox } from '../../src/sandbox/index.ts'
import { climb, commitsOf, type Lab, openLab, type Row, registered, registryAt } from '../rig/lab.ts'
import {
  LIBRARY_COLUMNS,
  type NovaSeqRun,
  novaSeqRun,
  registrationSheet,
  type SheetRow,
  sheetFor,
  sheetsAcross,
  writeRun,
} from '../rig/runs.ts'
import { temporaryFolder } from '../rig/temporary-folder.ts'
import { library, libraryAdd, postJson, sequencingAdd, sequencingGet } from '../sandbox/call.ts'

/** Whose wall clocks can be told in UTC, as majora-2 wants them. */
const labOf = (
  registries: Parameters<typeof openLab>[1],
  more: Parameters<typeof openLab>[0] = {},
): Promise<Lab> => openLab({ config: { site: { timeZone: 'Europe/London' } }, ...more }, registries)

const isAt = (registry: string) => (row: Row) => row.registry === registry

const names = (commits: Commit[]): string[] => commits.map((one) => one.name).toSorted()

describe('several registries side by side', () => {
  test('one is switched off: the others go on, and it catches up by itself', async () => {
    await using place = await temporaryFolder()
    const stateFile = join(place.path, 'other-registry.jsonl')
    let other = await startSandbox({ stateFile })
    const { port } = other
    try {
      await using lab = await openLab({}, ({ sandbox }) => [
        climb(sandbox),
        registryAt(sandbox, 'webhook', { name: 'hook' }),
        registryAt(other, 'majora-2', { name: 'today' }),
      ])
      await lab.start()
      const runs = [501, 502, 503, 504].map(novaSeqRun)
      const bring = (run: NovaSeqRun) => lab.bring(run, `LIB-${run.flowcellId}`)
      for (const run of runs.slice(0, 1)) await bring(run)
      await lab.registrations(registered(6))

      await other.close()
      for (const run of runs.slice(1)) await bring(run)
      await lab.event('registry.paused', (line) => line['registry'] === 'today')
      const meanwhile = await lab.registrations((rows) =>
        registered(16)(rows.filter((row) => !isAt('today')(row))),
      )
      const states = meanwhile.filter(isAt('today')).map((row) => row.state)
      expect(states.toSorted()).toEqual([...Array(6).fill('queued'), 'registered', 'registered'])

      other = await startSandbox({ stateFile, port })
      await lab.event('registry.opened', (line) => line['registry'] === 'today')
      await lab.registrations(registered(24))
      expect(names(commitsOf(other, 'majora-2', 'run'))).toEqual(runs.map((run) => run.runId).toSorted())
      expect(commitsOf(other, 'majora-2', 'library')).toHaveLength(4)
      expect(lab.commits('webhook', 'event')).toHaveLength(8)
    } finally {
      await other.close()
    }
  })

  test('each goes at its own pace: a slow one keeps no other waiting', async () => {
    // What it was sent first is on the wire for as long as this test may take.
    const limits = { concurrency: 1, perSecond: 500, timeoutSeconds: 600 }
    await using lab = await labOf(
      ({ sandbox }) => [climb(sandbox), registryAt(sandbox, 'majora-2', { name: 'slow', limits })],
      { faults: { rules: [{ match: { kind: 'majora-2' }, fault: { do: 'hang', at: 'before-commit' } }] } },
    )
    await lab.start()
    for (const number of [521, 522, 523]) await lab.bring(novaSeqRun(number), `LIB-${number}`)
    await lab.event('registration.sending', (line) => line['registry'] === 'slow')
    const rows = await lab.registrations((all) => registered(6)(all.filter(isAt('climb'))))
    const slow = rows.filter(isAt('slow')).map((row) => row.state)
    expect(slow.toSorted()).toEqual([...Array(5).fill('queued'), 'sending'])
    await lab.end('SIGKILL')
  })
})

describe('majora-2', () => {
  const kind = 'majora-2'
  const open = (more: Record<string, unknown> = {}, lab: Parameters<typeof openLab>[0] = {}) =>
    labOf(({ sandbox }) => [registryAt(sandbox, kind, { name: 'today', ...more })], lab)

  test('a run goes into each of two libraries, and two runs into one', async () => {
    await using lab = await open({}, { sandbox: { strict: true } })
    const [first, second] = [novaSeqRun(601), novaSeqRun(602)]
    await lab.start()
    for (const [file, text] of sheetsAcross(first, second)) await lab.drop(file, text)
    await writeRun(lab.runs, first)
    await writeRun(lab.runs, second)
    const rows = await lab.registrations(registered(7))

    const made = lab.commits(kind, 'run').filter((one) => one.effect === 'created')
    expect(names(made)).toEqual([first.runId, second.runId])
    // Majora knows a run by its name alone: in three libraries it is one and the same.
    const ids = rows
      .filter((row) => row.subject.name === first.runId)
      .map((row) => row.remoteIds['sequencing'])
    expect(ids).toHaveLength(3)
    expect(new Set(ids).size).toBe(1)
    expect(await librariesOf(lab, first.runId)).toEqual(['LIB-A', 'LIB-B', 'LIB-C'])
    expect(await librariesOf(lab, second.runId)).toEqual(['LIB-C'])
  })

  test('a library that somebody else registers is waited for by its name from the configuration', async () => {
    await using lab = await open({ map: { libraryName: '{experimentName}' } })
    const run = novaSeqRun(610)
    await lab.start()
    await writeRun(lab.runs, run)
    const [waiting] = await lab.registrations((rows) =>
      rows.some((row) => row.reason?.startsWith('library ')),
    )
    expect(waiting).toMatchObject({ state: 'queued', reason: `library ${run.experiment}` })

    const made = await postJson(lab.sandbox.urlOf(kind) + libraryAdd, library(run.experiment))
    expect(JSON.parse(made.body)).toMatchObject({ success: true })
    await lab.registrations(registered(1))
    expect(await librariesOf(lab, run.runId)).toEqual([run.experiment])
  })

  test('a corrected sheet corrects what is registered, whole, and blanks nothing', async () => {
    await using lab = await open()
    const run = novaSeqRun(620)
    const rows = (more: SheetRow) =>
      registrationSheet(
        ['S1', 'S2'].map((id) => ({
          central_sample_id: id,
          library_name: 'LIB-620',
          run_name: run.runId,
          library_primers: '3',
          bioinfo_pipe_name: 'ARTIC nCoV',
          bioinfo_pipe_version: '1.1',
          library_layout_read_length: '151',
          ...more,
        })),
        [
          ...LIBRARY_COLUMNS,
          'library_primers',
          'library_layout_read_length',
          'bioinfo_pipe_name',
          'bioinfo_pipe_version',
          'run_name',
        ],
      )
    await lab.start()
    await lab.drop('plate.csv', rows({}))
    await writeRun(lab.runs, run)
    await lab.registrations(registered(2))
    const before = lab.sandbox.state()[kind]

    await lab.drop('plate.csv.new', rows({ bioinfo_pipe_version: '1.2', library_primers: '4' }))
    await rename(join(lab.sheets, 'plate.csv.new'), join(lab.sheets, 'plate.csv'))
    const after = await lab.registrations(
      (all) => registered(2)(all) && all.every((row) => row.revision === 2),
    )
    expect(after).toHaveLength(2)
    const [first, second] = lab.commits(kind, 'run')
    expect([first?.effect, second?.effect]).toEqual(['created', 'updated'])
    expect(second?.id).toBe(first?.id)
    const sent = lab.requests(kind, sequencingAdd).map(({ body }) => body)
    expect(sent).toHaveLength(2)
    expect(sent[1]).toEqual(
      JSON.parse(
        JSON.stringify(sent[0]).replace('"bioinfo_pipe_version":"1.1"', '"bioinfo_pipe_version":"1.2"'),
      ),
    )
    expect(sent[0]).toMatchObject({
      runs: [{ flowcell_id: run.flowcellId, flowcell_type: 'S2', start_time: '2020-03-03 16:41' }],
    })
    // What the registry now holds differs in what was corrected, and in nothing else.
    const changed = differences(before, lab.sandbox.state()[kind])
    expect(changed.filter((one) => !/primers|pipe_?version|version/i.test(one))).toEqual([])
    expect(changed).not.toEqual([])
  })

  test('credentials that expire pause the registry and cost no attempt; the renewed file resumes it', async () => {
    await using lab = await open()
    await lab.start()
    await writeFile(join(lab.folder, 'token'), 'an-expired-token\n')
    await lab.bring(novaSeqRun(630), 'LIB-630')
    await lab.event('registry.paused', (line) => line['reason'] === 'credentials')
    await lab.event('registry.probed', (line) => line['open'] === false)
    const rows = await lab.ls()
    expect(rows.map((row) => [row.state, row.attempts])).toEqual([
      ['queued', 0],
      ['queued', 0],
    ])
    await writeFile(join(lab.folder, 'token'), 'sandbox-token\n')
    await lab.event('registry.opened')
    await lab.registrations(registered(2))
    expect(lab.commits(kind, 'run')).toHaveLength(1)
    const everything = JSON.stringify([lab.lines, (await lab.cli('ls', '--json')).stdout])
    expect(everything).not.toContain('an-expired-token')
    expect(everything).not.toContain('sandbox-token')
  })

  describe('with OAuth2', () => {
    const oauthLab = async (faults: FaultScript['rules'] = []) => {
      const lab = await labOf(
        ({ sandbox, folder }) => [
          registryAt(sandbox, kind, {
            name: 'today',
            auth: {
              username: 'birm',
              oauth: {
                clientIdFile: join(folder, 'client-id'),
                clientSecretFile: join(folder, 'client-secret'),
                refreshTokenFile: join(folder, 'refresh-token'),
              },
            },
          }),
        ],
        { faults: { rules: faults } },
      )
      await writeFile(join(lab.folder, 'client-id'), 'sandbox-client\n')
      await writeFile(join(lab.folder, 'client-secret'), 'sandbox-client-secret\n')
      await writeFile(join(lab.folder, 'refresh-token'), 'sandbox-refresh-token\n')
      return lab
    }
    const bring = (lab: Lab, number: number) => lab.bring(novaSeqRun(number), `LIB-${number}`)
    const tokensAsked = (lab: Lab) => lab.requests(kind, '/o/token/').length

    test('the bearer goes only into the header, one refresh serves all, also after a restart', async () => {
      await using lab = await oauthLab()
      await lab.start()
      await bring(lab, 661)
      await bring(lab, 662)
      await lab.registrations(registered(4))
      await lab.end()
      await lab.start()
      await bring(lab, 663)
      await lab.registrations(registered(6))

      expect(tokensAsked(lab)).toBe(1)
      const requests = [libraryAdd, sequencingAdd].flatMap((path) => lab.requests(kind, path))
      expect(requests).toHaveLength(6)
      for (const { headers } of requests) expect(headers['authorization']).toBe('***')
      const commits = [...lab.commits(kind, 'run'), ...lab.commits(kind, 'library')]
      expect(JSON.stringify(commits)).not.toMatch(/sandbox-(access|refresh)/)
      expect((await stat(join(lab.state, 'oauth', 'today.json'))).mode & 0o777).toBe(0o600)
      const shown = await Promise.all(
        (await lab.ls()).map(async (row) => (await lab.cli('show', row.id, '--json')).stdout),
      )
      expect(JSON.stringify([lab.lines, shown])).not.toMatch(/sandbox-(access|refresh|client)/)
      expect(shown.join()).toContain('Bearer ***')
    })

    test('a token that the registry ended early is renewed by itself', async () => {
      // Eleven hours on, as that one request sees it, every token has ended.
      await using lab = await oauthLab([
        { match: { path: sequencingAdd }, times: 1, fault: { do: 'clock', hours: 11 } },
      ])
      await lab.start()
      await bring(lab, 671)
      await lab.event('registry.paused', (line) => line['reason'] === 'credentials')
      await lab.event('registry.opened')
      const rows = await lab.registrations(registered(2))
      expect(rows.map((row) => row.attempts)).toEqual([1, 1])
      expect(tokensAsked(lab)).toBe(2)
    })

    test('a spent refresh token says what a person must do, and the new one resumes the registry', async () => {
      await using lab = await oauthLab()
      await writeFile(join(lab.folder, 'refresh-token'), 'spent-long-ago\n')
      await lab.start()
      await bring(lab, 681)
      const paused = await lab.event('registry.paused', (line) => line['reason'] === 'credentials')
      expect(paused['detail']).toMatch(/consent once more.*refresh-token/)
      await writeFile(join(lab.folder, 'refresh-token'), 'sandbox-refresh-token\n')
      await lab.event('registry.opened')
      await lab.registrations(registered(2))
      expect(lab.commits(kind, 'run')).toHaveLength(1)
    })
  })

  /** Asks the registry itself in which libraries it has a run. */
  async function librariesOf(lab: Lab, runName: string): Promise<string[]> {
    const answer = await postJson(lab.sandbox.urlOf(kind) + sequencingGet, {
      username: 'sandbox',
      token: 'sandbox-token',
      run_name: [runName],
    })
    const { get } = JSON.parse(answer.body) as {
      get: Record<string, { libraries: Array<{ library_name: string }> }>
    }
    return (get[runName]?.libraries ?? []).map((one) => one.library_name).toSorted()
  }
})

describe('webhook', () => {
  test('a sheet and a run are signed events that the receiver takes once each', async () => {
    await using lab = await labOf(({ sandbox }) => [registryAt(sandbox, 'webhook')], {
      sandbox: { strict: true },
      faults: {
        rules: [{ match: { kind: 'webhook' }, times: 2, fault: { do: 'reset', at: 'after-commit' } }],
      },
    })
    const run = novaSeqRun(640)
    await lab.start()
    await lab.bring(run, 'LIB-640')
    const rows = await lab.registrations(registered(2))

    const events = lab.commits('webhook', 'event')
    expect(events.map((one) => one.id).toSorted()).toEqual(rows.map((row) => row.id).toSorted())
    const sent = events.find((one) => one.payload['type'] === 'run.finished')
    expect(sent?.payload).toMatchObject({
      data: {
        libraryName: 'LIB-640',
        library: { biosamples: [{ centralSampleId: 'LIB-640-S1' }, { centralSampleId: 'LIB-640-S2' }] },
        run: { runId: run.runId, flowcellId: run.flowcellId, start: { instant: '2020-03-03T16:41:46.000Z' } },
      },
    })
  })

  test('another secret than the receiver has pauses the registry; nothing is taken', async () => {
    await using lab = await labOf(({ sandbox }) => [registryAt(sandbox, 'webhook')], {
      sandbox: { token: 'whsec_c2FuZGJveC1zZWNyZXQ=' },
    })
    const run = novaSeqRun(650)
    await lab.start()
    await lab.drop('plate.csv', sheetFor(run, 'LIB-650'))
    await lab.event('registry.paused', (line) => line['reason'] === 'credentials')
    expect(lab.commits('webhook', 'event')).toEqual([])
    await writeFile(join(lab.folder, 'token'), 'whsec_c2FuZGJveC1zZWNyZXQ=\n')
    await writeRun(lab.runs, run)
    await lab.registrations(registered(2))
    expect(lab.commits('webhook', 'event')).toHaveLength(2)
  })
})

/** Paths at which two JSON values differ. */
function differences(one: unknown, other: unknown, path = ''): string[] {
  const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null
  if (!isTree(one) || !isTree(other)) return Object.is(one, other) ? [] : [path]
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  const inner = (value: object, key: string) => new Map(Object.entries(value)).get(key)
  return [...keys].flatMap((key) => differences(inner(one, key), inner(other, key), `${path}/${key}`))
}
