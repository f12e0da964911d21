// What the lab is measured with. `probe.mjs serve PORT` answers datagrams and connections with who their sender seems to be:
// that shows what a gateway made of it. The others say as JSON what came of asking it, for at most two seconds an answer:
// `udp PORT COUNT HOST` how long each of COUNT answers took in ms, null for those that did not come; `seen PORT HOST…` as whom
// each host sees one and the same socket; `tcp PORT HOST` whether a connection could be made.
import { createSocket } from 'node:dgram'
import { connect, createServer } from 'node:net'

const [mode, ...rest] = process.argv.slice(2)
const answerMsMax = 2_000
const say = (value) => console.log(JSON.stringify(value))

if (mode === 'serve') serve(Number(rest[0]))
else if (mode === 'udp') say(await datagrams(Number(rest[0]), Number(rest[1]), rest[2]))
else if (mode === 'seen') say(await seenBy(Number(rest[0]), rest.slice(1)))
else say(await connection(Number(rest[0]), rest[1]))

function serve(port) {
  const socket = createSocket('udp4')
  socket.on('message', (message, { port: from, address }) =>
    socket.send(`${message} ${address} ${from}`, from, address),
  )
  const server = createServer((caller) => caller.end(`${caller.remoteAddress} ${caller.remotePort}`))
  socket.bind(port, () => server.listen(port, () => say('serving')))
}

async function datagrams(port, count, host) {
  const socket = createSocket('udp4')
  const sent = []
  const times = Array(count).fill(null)
  const done = new Promise((resolve) => {
    socket.on('message', (message) => {
      const index = Number.parseInt(message, 10)
      times[index] = performance.now() - sent[index]
      if (times.every((time) => time !== null)) resolve()
    })
    for (let index = 0; index < count; index++) {
      setTimeout(() => {
        sent[index] = performance.now()
        socket.send(String(index), port, host)
      }, 5 * index)
    }
    setTimeout(resolve, 5 * count + answerMsMax).unref()
  })
  await done
  socket.close()
  return times
}

async function seenBy(port, hosts) {
  const socket = createSocket('udp4')
  const seen = []
  for (const host of hosts) {
    const answer = new Promise((resolve) => socket.once('message', (message) => resolve(String(message))))
    socket.send('?', port, host)
    seen.push(await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, answerMsMax, null).unref())]))
  }
  socket.close()
  return seen
}

function connection(port, host) {
  return new Promise((resolve) => {
    const started = performance.now()
    const socket = connect({ host, port, timeout: answerMsMax })
    let ms
    let seen = ''
    socket.on('connect', () => {
      ms = performance.now() - started
    })
    socket.on('data', (text) => {
      seen += text
    })
    const end = (outcome) => {
      socket.destroy()
      resolve({ ms: ms ?? null, seen, outcome })
    }
    socket.on('timeout', () => end('silence'))
    socket.on('error', ({ code }) => end(code))
    socket.on('end', () => end('connected'))
  })
}
