// The kernel of the browser edition, started in Node in the steps of its own worker: JupyterLite's Python kernel in
// Pyodide, its packages from an index of wheels at a loopback address, a folder in place of the browser's storage.
//
//     node kernel.mjs DISTRIBUTION INDEX DRIVE FOLDER
//
// A line in is a cell as JSON, {code}; a line out is what came of it, {status, outputs, seconds, cpu}. Whatever reaches
// for another machine is refused, and told under "outside".
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [distribution, index, drive, folder] = process.argv.slice(2);
const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const server = createServer(async (request, response) => {
  try {
    response.end(await readFile(join(index, basename(new URL(request.url, 'http://x').pathname))));
  } catch {
    response.writeHead(404).end();
  }
}).listen(0, '127.0.0.1');
await new Promise((done) => server.once('listening', done));
const origin = `http://127.0.0.1:${server.address().port}`;

const outside = [];
const fetched = globalThis.fetch;
globalThis.fetch = async (what, ...rest) => {
  const address = String(what.url ?? what);
  if (address.startsWith('http') && !address.startsWith(origin)) {
    outside.push(address);
    throw new TypeError(`not on this machine: ${address}`);
  }
  return fetched(what, ...rest);
};

const began = performance.now();
const { loadPyodide } = await import(pathToFileURL(join(resolve(distribution), 'pyodide.mjs')));
const pyodide = await loadPyodide({
  indexURL: `${resolve(distribution)}/`,
  stdout: (text) => process.stderr.write(`${text}\n`),
  stderr: (text) => process.stderr.write(`${text}\n`),
});
pyodide.setDebug?.(false);
pyodide.FS.mkdirTree('/drive');
pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: resolve(drive) }, '/drive');
await pyodide.loadPackage(['micropip'], { messageCallback() {} });
const wheels = JSON.parse(await readFile(join(index, 'all.json'), 'utf8'));
const piplite = Object.values(wheels.piplite.releases)[0][0].filename;
await pyodide.runPythonAsync(`
import micropip
await micropip.install(${JSON.stringify(`${origin}/${piplite}`)}, keep_going=True)
import piplite.piplite
piplite.piplite._PIPLITE_DISABLE_PYPI = True
piplite.piplite._PIPLITE_URLS = [${JSON.stringify(`${origin}/all.json`)}]
for package in ("ipykernel", "comm", "pyodide-kernel", "jedi", "ipython"):
    await piplite.install(package, keep_going=True)
import pyodide_kernel, os
os.chdir(${JSON.stringify(folder)})
`);
const { kernel_instance: kernel, stdout_stream, stderr_stream } = pyodide.globals.get('pyodide_kernel');
const shell = kernel.interpreter;

const plain = (value) => {
  if (!(value instanceof pyodide.ffi.PyProxy)) return value;
  return value.toJs({ dict_converter: Object.fromEntries });
};
let outputs = [];
const stream = (name, text) => outputs.push({ output_type: 'stream', name, text });
stdout_stream.publish_stream_callback = stream;
stderr_stream.publish_stream_callback = stream;
shell.display_pub.display_data_callback = (data, metadata) =>
  outputs.push({ output_type: 'display_data', data: plain(data), metadata: plain(metadata) });
shell.displayhook.publish_execution_result = (execution_count, data, metadata) =>
  outputs.push({ output_type: 'execute_result', data: plain(data), metadata: plain(metadata), execution_count });
let comms = 0;
shell.send_comm = () => { comms += 1; };
kernel._parent_header = pyodide.toPy({ header: {} });

tell({ ready: (performance.now() - began) / 1000, python: pyodide.version });
for await (const line of createInterface({ input: process.stdin })) {
  outputs = [];
  comms = 0;
  const start = performance.now();
  const before = process.cpuUsage();
  const { status, ename, evalue } = plain(await kernel.run(JSON.parse(line).code));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  if (status === 'error') outputs.push({ output_type: 'error', ename, evalue });
  tell({ status, outputs, seconds, cpu: (user + system) / 1e6, comms, outside: outside.splice(0) });
}
process.exit(0);
