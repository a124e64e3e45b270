module.exports = {
  bingx: {
    input: { target: process.env.BINGX_CALLER },
    output: { client: "fetch", target: "generated.ts", override: { useBigInt: true } },
  },
};
